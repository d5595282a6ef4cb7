import type { DataSource } from 'typeorm'
import { DatabaseExhausted } from './explain-failure.js'

interface Connection {
  release(): void
}

type Obtain = () => Promise<Connection>

const limited = new WeakSet<object>()

/**
 * Ends the wait for a connection of MariaDB and MySQL, whose pool lets everybody wait for ever. The other drivers do it by
 * themselves.
 *
 * @param source open, or about to be
 * @param wait milliseconds
 */
export function limitWait({ driver, options }: DataSource, wait: number): void {
  if ((options.type !== 'mariadb' && options.type !== 'mysql') || limited.has(driver)) return
  limited.add(driver)
  const own = driver as unknown as Record<'obtainMasterConnection' | 'obtainSlaveConnection', Obtain>
  const [master, slave] = [own.obtainMasterConnection.bind(own), own.obtainSlaveConnection.bind(own)]
  own.obtainMasterConnection = () => within(wait, master)
  own.obtainSlaveConnection = () => within(wait, slave)
}

async function within(wait: number, obtain: Obtain): Promise<Connection> {
  let timer: NodeJS.Timeout | undefined
  const obtained = obtain()
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DatabaseExhausted({}))
      // nobody is there to use it any more
      obtained.then((connection) => connection.release()).catch(() => undefined)
    }, wait)
  })
  try {
    return await Promise.race([obtained, expired])
  } finally {
    clearTimeout(timer)
  }
}
