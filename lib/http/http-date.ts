/** IMF-fixdate, and the two forms that are obsolete and still have to be understood. */
const FORMS =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/

/**
 * Reads a date as header fields have it.
 *
 * @param text the value of the field
 * @returns milliseconds since 1970; NaN if it is none, so that comparisons with it are false
 * @see RFC 9110 §5.6.7
 */
export function parseHttpDate(text: string): number {
  if (!FORMS.test(text)) return NaN
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
}
