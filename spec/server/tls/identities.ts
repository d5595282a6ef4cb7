import { createCertificate } from '../../support/certificates.js'

/** An authority, and what it has certified. */
export const authority = createCertificate({ name: 'Test authority', authority: true })
export const other = createCertificate({ name: 'Other authority', authority: true })

export const localhost = createCertificate({ name: 'localhost', hosts: ['localhost'], issuer: authority })
export const alpha = createCertificate({ name: 'a.example', hosts: ['a.example'], issuer: authority })
export const wild = createCertificate({ name: '*.b.example', hosts: ['*.b.example'], issuer: authority })
export const client = createCertificate({ name: 'ada', issuer: authority })
export const stranger = createCertificate({ name: 'mallory', issuer: other })

/** The common name of the certificate that a server shows. */
export function shownName(socket: {
  getPeerCertificate(): { subject?: { CN?: string | string[] } }
}): unknown {
  return socket.getPeerCertificate().subject?.CN
}
