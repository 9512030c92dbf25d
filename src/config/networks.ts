import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { parseTrustedProxies, type TrustedProxies } from '../http/client-address.ts'

type Network = TrustedProxies[number]

const privateNetworks = parseTrustedProxies([
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '127.0.0.0/8'],
  ...['fc00::/7', 'fe80::/10', '::1'],
])

/** Shortest prefixes of what one operator of proxies has: Cloudflare's are /13 and /29. */
const leastOfProxies = { ipv4: 12, ipv6: 24 }
/** Shortest prefixes of what is private: 10.0.0.0/8 and fc00::/7. */
const leastOfPrivate = { ipv4: 8, ipv6: 7 }

const isWithin = ([base, length]: Network, [outer, outerLength]: Network): boolean =>
  base.kind() === outer.kind() && length >= outerLength && base.match(outer, outerLength)

const isPrivateNetwork = (network: Network): boolean => privateNetworks.some((outer) => isWithin(network, outer))

/** Networks whose addresses stand for IPv4 ones, and where in them those begin: NAT64 (RFC 6052, RFC 8215) and 6to4. */
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

/** So much of the internet that anybody in it could say which address a client has. */
export const isTooWideForProxies = (cidr: string): boolean =>
  parseTrustedProxies([cidr]).some((network) => !isPrivateNetwork(network) && isTooShort(network))

/** More than any private network, so loopback and the metadata of a cloud as well. */
export const isTooWideForOutbound = (entry: string): boolean =>
  isIP(entry.split('/')[0] ?? '') !== 0 &&
  parseTrustedProxies([entry]).some(([base, length]) => length < leastOfPrivate[base.kind()])

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback')

/** Names without a dot are those of containers and of a search domain; the others end as no public name does. */
const privateName = /^[^.]+$|\.(?:internal|local|lan|home\.arpa|svc)$/

export const isPrivateHost = (host: string): boolean =>
  isIP(host) === 0 ? privateName.test(host) : isPrivateNetwork(parseTrustedProxies([host])[0] as Network)
