import type { HttpRequest, Translate } from 'corbel'

type Words = Readonly<Record<string, (constraints: readonly unknown[]) => string>>

/** What the rules of the form say in German, by the names of the rules. */
const GERMAN: Words = {
  equals: () => 'Bitte stimmen Sie zu.',
  isDefined: () => 'Dieser Teil fehlt.',
  isEmail: () => 'Das ist keine E-Mail-Adresse.',
  isLength: ([min, max]) => `Bitte ${String(min)} bis ${String(max)} Zeichen.`,
  isSameAs: () => 'Das ist nicht dasselbe.',
  isUniqueName: () => 'Diesen Namen gibt es schon.',
  matches: () => 'Das hat nicht die richtige Form.',
}

/** Words failures in the language of the browser; English, which the rules speak themselves, needs no words here. */
export const translate: Translate = ({ code, constraints }, context) => {
  const request = context?.switchToHttp().getRequest<HttpRequest>()
  return request?.acceptsLanguages('en', 'de') === 'de' ? GERMAN[code]?.(constraints) : undefined
}
