/** The password of all demo accounts. They exist only outside production. */
export const DEMO_PASSWORD = 'welcome to conduit'

/** Accounts that a new database gets. */
export const DEMO_USERS = {
  maren: {
    username: 'maren',
    email: 'maren@conduit.example',
    bio: 'Repairs stone bridges, and writes about it.',
  },
  tomasz: {
    username: 'tomasz',
    email: 'tomasz@conduit.example',
    bio: 'Mason by day, photographer on Sundays.',
  },
} as const

/** Articles that a new database gets, the oldest first. */
export const DEMO_ARTICLES = [
  {
    author: 'maren',
    title: 'Why old bridges stand',
    description: 'An arch has no choice but to hold.',
    body: 'Every stone of an arch wants to fall, and each is kept from it by its neighbours.\n\nThat is the whole secret.',
    tagList: ['bridges', 'stone'],
  },
  {
    author: 'tomasz',
    title: 'Choosing a chisel',
    description: 'Three chisels do nine tenths of the work.',
    body: 'A point to rough out, a claw to level, a flat to finish. Buy good ones; keep them sharp.',
    tagList: ['tools', 'stone'],
  },
  {
    author: 'maren',
    title: 'A weekend with lime mortar',
    description: 'It takes longer than cement, and lasts longer too.',
    body: 'Lime breathes. Cement does not, and the frost knows it.\n\n- mix it a day before\n- keep it wet\n- be patient',
    tagList: ['mortar', 'bridges'],
  },
] as const
