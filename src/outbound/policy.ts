import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Config } from '../config/config.ts'

/** Where URLs from admin routes and from providers' answers may lead [FS4]. The operator's own URLs are not checked. */
export type OutboundPolicy = {
  /** An absolute URL without userinfo and fragment: https, or http outside production. */
  isPlainUrl(text: string): boolean
  /**
   * Like `isPlainUrl`, for a provider, which gets secrets and whose word opens accounts: http only on loopback [FD16].
   */
  isProviderUrl(text: string): boolean
  /** The port is 443, the host is one that the operator allows, or this is not production. */
  isUsualPort(url: URL): boolean
  isAllowedHost(host: string): boolean
  isAllowedAddress(address: string): boolean
}

export function outboundPolicy({ appEnv, outboundAllow }: Pick<Config, 'appEnv' | 'outboundAllow'>): OutboundPolicy {
  const isStrict = appEnv === 'production'
  const networks = outboundAllow.filter((entry) => isIP(entry.split('/')[0] ?? '') !== 0).map(parseNetwork)
  const hosts = new Set(outboundAllow.map((entry) => entry.toLowerCase()))
  const isAllowedHost = (host: string) => hosts.has(host.toLowerCase())
  const isAllowedAddress = (text: string): boolean => {
    const address = ipaddr.process(text)
    if (isPublic(address) || (!isStrict && address.range() === 'loopback')) return true
    return isInNetworks(address)
  }
  const isInNetworks = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))
  const isPlainUrl = (text: string): boolean => {
    if (!URL.canParse(text) || !/^https?:\/\//i.test(text) || /[\s\\#\p{Cc}]/u.test(text)) return false
    const { protocol, username, password } = new URL(text)
    return (protocol === 'https:' || !isStrict) && username === '' && password === ''
  }
  return {
    isPlainUrl,
    isProviderUrl: (text) => {
      if (!isPlainUrl(text)) return false
      const { protocol, hostname } = new URL(text)
      return protocol === 'https:' || isLoopback(hostname)
    },
    isUsualPort: ({ port, hostname }) => {
      if (!isStrict || port === '' || isAllowedHost(hostname)) return true
      const address = literalAddress(hostname)
      return address !== undefined && isInNetworks(ipaddr.process(address))
    },
    isAllowedHost,
    isAllowedAddress,
  }
}

/** IANA has allocated only 2000::/3 of IPv6: https://www.iana.org/assignments/ipv6-address-space */
const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]

const isPublic = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.range() === 'unicast' && (!(address instanceof ipaddr.IPv6) || address.match(...globalUnicast))

/** RFC 6761 section 6.3, and the loopback addresses. */
export function isLoopback(hostname: string): boolean {
  const address = literalAddress(hostname)
  if (address !== undefined) return ipaddr.process(address).range() === 'loopback'
  return /^(?:.*\.)?localhost\.?$/i.test(hostname)
}

function parseNetwork(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (entry.includes('/')) return ipaddr.parseCIDR(entry)
  const address = ipaddr.process(entry)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

/** The IP address in a URL's host. Returns undefined if the host is a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? undefined : bare
}
