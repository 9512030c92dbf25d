import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { parseTrustedProxies, type TrustedProxies } from '../http/client-address.ts'

type Network = TrustedProxies[number]

const privateNetworks = parseTrustedProxies([
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '127.0.0.0/8'],
  ...['fc00::/7', 'fe80::/10', '::1'],
])

/** Shortest prefixes that one operator of proxies may have: Cloudflare's shortest are /13 and /29. */
const leastOfProxies = { ipv4: 12, ipv6: 24 }
/** Prefixes of the largest private networks, 10.0.0.0/8 and fc00::/7. */
const leastOfPrivate = { ipv4: 8, ipv6: 7 }

const isWithin = ([base, length]: Network, [outer, outerLength]: Network): boolean =>
  base.kind() === outer.kind() && length >= outerLength && base.match(outer, outerLength)

const isPrivateNetwork = (network: Network): boolean => privateNetworks.some((outer) => isWithin(network, outer))

/** IPv6 networks that embed IPv4 addresses, with the bit where these begin: NAT64 (RFC 6052, RFC 8215) and 6to4. */
const carriers = [
  ['64:ff9b::/96', 96],
  ['64:ff9b:1::/48', 96],
  ['2002::/16', 16],
].map(([cidr, start]) => ({ network: parseTrustedProxies([cidr as string])[0] as Network, start: start as number }))

function isTooShort(network: Network): boolean {
  const carrier = carriers.find((one) => isWithin(network, one.network))
  const [base, length] = network
  return carrier ? length - carrier.start < leastOfProxies.ipv4 : length < leastOfProxies[base.kind()]
}

/** Whether the network is so large that strangers in it could forge a client's address. */
export const isTooWideForProxies = (cidr: string): boolean =>
  parseTrustedProxies([cidr]).some((network) => !isPrivateNetwork(network) && isTooShort(network))

/** Whether it is larger than any private network, so that it may include loopback and a cloud's metadata service. */
export const isTooWideForOutbound = (entry: string): boolean =>
  isIP(entry.split('/')[0] ?? '') !== 0 &&
  parseTrustedProxies([entry]).some(([base, length]) => length < leastOfPrivate[base.kind()])

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback')

/** Names without a dot belong to containers or a search domain; no public name has one of these endings. */
const privateName = /^[^.]+$|\.(?:internal|local|lan|home\.arpa|svc)$/

export const isPrivateHost = (host: string): boolean =>
  isIP(host) === 0 ? privateName.test(host) : isPrivateNetwork(parseTrustedProxies([host])[0] as Network)
