import { BlockList, isIP } from 'node:net'

/** What comes before an IPv4 address in the form that sockets of both families give it. */
const MAPPED = '::ffff:'

/** The peers that may say for whom they connect. */
export class TrustedPeers {
  private readonly addresses = new BlockList()
  private unix = false

  /**
   * Adds a peer.
   *
   * @param entry an address, a range such as `10.0.0.0/8` or `fd00::/8`, or `unix` for peers without an address
   * @returns false if it is none of them
   */
  add(entry: string): boolean {
    if (entry === 'unix') return (this.unix = true)
    const [, address = '', prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
    const version = isIP(address)
    if (version === 0) return false
    const family = version === 4 ? 'ipv4' : 'ipv6'
    const bits = version === 4 ? 32 : 128
    if (prefix === undefined) this.addresses.addAddress(address, family)
    else if (Number(prefix) > bits) return false
    else this.addresses.addSubnet(address, Number(prefix), family)
    return true
  }

  /**
   * Tells whether a peer is one of them.
   *
   * @param address as the socket tells it; undefined for Unix sockets
   */
  has(address: string | undefined): boolean {
    if (address === undefined || address === '') return this.unix
    const plain = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address
    // link-local addresses bear the name of an interface
    const [bare = ''] = plain.split('%', 1)
    const version = isIP(bare)
    return version !== 0 && this.addresses.check(bare, version === 4 ? 'ipv4' : 'ipv6')
  }
}
