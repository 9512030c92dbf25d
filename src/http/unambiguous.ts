import type { IncomingMessage } from 'node:http'

/**
 * Whether all servers would read the same request in it, as far as Node's parser leaves that open: otherwise a proxy in
 * front may have let it pass as another one (RFC 9112 section 11.2). Repeated headers that may come only once arrive
 * joined by commas: see `joinDuplicateHeaders`.
 */
export function isUnambiguous({ headers, httpVersion, method = '', url = '' }: IncomingMessage): boolean {
  const { host, 'transfer-encoding': coding } = headers
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return false
  if (host === undefined ? httpVersion === '1.1' : !isAuthority(host)) return false
  // Servers disagree about where another coding ends, and HTTP/1.0 has no codings (RFC 9112 section 6.1).
  if (coding !== undefined && (httpVersion === '1.0' || coding.toLowerCase() !== 'chunked')) return false
  // One server cuts the fragment off, another sends it on.
  if (url.includes('#')) return false
  return url.startsWith('/') || isAbsolute(url) || (url === '*' && method === 'OPTIONS')
}

/**
 * RFC 3986 section 3.2 without userinfo, and without the commas and spaces of a list of hosts, of which each server may
 * take another.
 */
const authority = /^(?:\[[\da-f]*:[\da-f:.]+(?:%25[\w.~-]+)?\]|[\w.~%-]+)(?::\d{0,5})?$/i

/** A cache: nearly every request names the same host as the one before. */
let lastAuthority: string | undefined

function isAuthority(text: string): boolean {
  if (text === lastAuthority) return true
  if (!authority.test(text)) return false
  lastAuthority = text
  return true
}

/** If the target names a host, Host is ignored (RFC 9112 section 3.2.2). */
function isAbsolute(url: string): boolean {
  const named = /^https?:\/\/([^/?]*)/i.exec(url)?.[1]
  return named !== undefined && isAuthority(named)
}
