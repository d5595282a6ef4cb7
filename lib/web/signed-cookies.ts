import { createHmac } from 'node:crypto'

/**
 * Signs the value of a cookie in the form that cookie middleware reads: `s:`, the value, and its HMAC-SHA-256.
 *
 * @param value to be signed; it stays readable
 * @param secret the key
 */
export function signCookie(value: string, secret: string): string {
  const mac = createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')
  return `s:${value}.${mac}`
}
