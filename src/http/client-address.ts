import type { IncomingMessage } from 'node:http'
import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { asPropertyName } from './property-name.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = readonly [base: Address, prefixLength: number]
type Networks = { readonly primary: string; readonly wide?: string }
type Host = { readonly address: Address; readonly text: string; readonly networks: Networks }

export type TrustedProxies = readonly Network[]

/** Takes CIDRs and single addresses; throws on anything else. */
export const parseTrustedProxies = (cidrs: readonly string[]): TrustedProxies => cidrs.map(parseNetwork)

/**
 * The client's address in canonical text (RFC 5952), with IPv4-mapped IPv6 folded to IPv4. The header counts only if
 * the peer is a trusted proxy [RL1]. Returns undefined if a trusted proxy forwarded something that is not an address.
 */
export function resolveClientAddress(
  socketAddress: string,
  header: string | string[] | undefined,
  headerName: string,
  trusted: TrustedProxies,
): string | undefined {
  const peer = foldSocketAddress(socketAddress)
  if (trusted.length === 0 || header === undefined || !isTrusted(findHost(peer), trusted)) return peer
  const forwarded = typeof header === 'string' ? header : header.join(',')
  if (headerName.toLowerCase() !== 'x-forwarded-for') return findForwarded(forwarded)?.text
  return walkFromRight(forwarded.split(','), trusted)?.text
}

/** The header that names the client, and the CIDRs and addresses of the proxies that may set it. */
type Settings = { readonly clientIpHeader: string; readonly trustedProxies: readonly string[] }

/** Binds `resolveClientAddress` to the configuration. */
export function clientAddressFinder({ clientIpHeader, trustedProxies }: Settings) {
  const trusted = parseTrustedProxies(trustedProxies)
  const headerName = asPropertyName(clientIpHeader)
  return ({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): string | undefined =>
    // A closed socket has no address any more, and nobody reads the answer.
    resolveClientAddress(socket.remoteAddress ?? '0.0.0.0', headers[headerName], headerName, trusted)
}

/** The networks that limits count by: an IPv6 customer has a whole /64, and perhaps the /48 around it [RL2]. */
export function networksOf(address: string): Networks {
  if (!address.includes(':')) return { primary: address }
  return findHost(address)?.networks ?? { primary: address }
}

/** The largest network that one customer may have: the /48 of an IPv6 address. */
export function widestNetworkOf(address: string): string {
  const { primary, wide = primary } = networksOf(address)
  return wide
}

/** Stops at the first hop that is not trusted: a client could invent everything to the left of it. */
function walkFromRight(hops: readonly string[], trusted: TrustedProxies): Host | undefined {
  let client: Host | undefined
  for (const hop of hops.toReversed()) {
    client = findForwarded(hop)
    if (!isTrusted(client, trusted)) return client
  }
  return client
}

/** Whether the client's address, in canonical text, is in one of these networks. */
export const isWithin = (address: string, networks: TrustedProxies): boolean => isTrusted(findHost(address), networks)

/** Whether the connected peer is one of these proxies. */
export const isTrustedPeer = (socketAddress: string | undefined, trusted: TrustedProxies): boolean =>
  socketAddress !== undefined && isTrusted(findHost(foldSocketAddress(socketAddress)), trusted)

const isTrusted = (host: Host | undefined, trusted: TrustedProxies): boolean =>
  host !== undefined &&
  trusted.some(([base, prefixLength]) => host.address.kind() === base.kind() && host.address.match(base, prefixLength))

/** The kernel's text is canonical except for the IPv4-mapped prefix and the zone of link-local peers. */
function foldSocketAddress(text: string): string {
  if (text.startsWith('::ffff:') && text.includes('.')) return text.slice('::ffff:'.length)
  const zone = text.indexOf('%')
  return zone === -1 ? text : text.slice(0, zone)
}

const withPort = /^(?:\[(?=[0-9a-f.]*:)(?<v6>[0-9a-f:.]+)\]|(?<v4>[0-9.]+)):(?<port>[0-9]{1,5})$/i

function findForwarded(entry: string): Host | undefined {
  const text = entry.trim()
  const { v6, v4, port } = withPort.exec(text)?.groups ?? {}
  return Number(port ?? 0) > 65_535 ? undefined : findHost(v6 ?? v4 ?? text)
}

/** The address in the text that addresses are kept in. Returns undefined for a text that is none. */
export const canonicalAddress = (text: string): string | undefined => findHost(text)?.text

/** A cache: the same clients and proxies come again, and an IPv6 address takes microseconds to parse and print. */
const hosts = new Map<string, Host>()
const mostHosts = 10_000

function findHost(text: string): Host | undefined {
  const known = hosts.get(text)
  if (known !== undefined) return known
  const address = parseAddress(text)
  if (address === undefined) return undefined
  const host = { address, text: address.toString(), networks: networksAround(address) }
  if (hosts.size >= mostHosts) hosts.clear()
  hosts.set(text, host)
  return host
}

function networksAround(address: Address): Networks {
  if (address instanceof ipaddr.IPv4) return { primary: address.toString() }
  const network = (prefixLength: number): string => {
    const parts = address.parts.map((part, index) => (index < prefixLength / 16 ? part : 0))
    return `${new ipaddr.IPv6(parts)}/${prefixLength}`
  }
  return { primary: network(64), wide: network(48) }
}

const dottedTail = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/

/**
 * Node decides what an address is: ipaddr.js would also take octal, hexadecimal and short IPv4, and read `::1.2.3.4` as
 * IPv4-mapped.
 */
function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return ipaddr.IPv4.parse(text)
  if (!isIPv6(text) || text.includes('%')) return undefined
  const hexadecimal = text.replace(dottedTail, (_, a, b, c, d) => `${hexPair(a, b)}:${hexPair(c, d)}`)
  return ipaddr.process(hexadecimal)
}

const hexPair = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16)

function parseNetwork(cidr: string): Network {
  const [text = '', length, ...rest] = cidr.trim().split('/')
  const base = parseAddress(text)
  const bits = isIPv4(text) ? 32 : 128
  const prefixLength = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8, since the addresses compared with it are folded to IPv4 too.
  const folded = base instanceof ipaddr.IPv4 && bits === 128 ? 96 : 0
  if (base === undefined || rest.length > 0 || !(prefixLength >= folded && prefixLength <= bits)) {
    throw new Error(`"${cidr}" is no network in CIDR notation`)
  }
  return [base, prefixLength - folded]
}
