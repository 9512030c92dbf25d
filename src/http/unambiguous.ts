import type { IncomingMessage } from 'node:http'

/**
 * Whether any two servers read the same request in it, as far as Node's parser leaves that open: a proxy in front may
 * have let it pass for another (RFC 9112 section 11.2). Of headers that may come once Node joins repeated ones by
 * commas: see `joinDuplicateHeaders`.
 */
export function isUnambiguous({ headers, httpVersion, method = '', url = '' }: IncomingMessage): boolean {
  const { host, 'transfer-encoding': coding } = headers
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return false
  if (host === undefined ? httpVersion === '1.1' : !isAuthority(host)) return false
  // Any other coding ends where each server thinks; RFC 9112 section 6.1 has HTTP/1.0 know none.
  if (coding !== undefined && (httpVersion === '1.0' || coding.toLowerCase() !== 'chunked')) return false
  // Cut off by one server, sent on by the other.
  if (url.includes('#')) return false
  return url.startsWith('/') || isAbsolute(url) || (url === '*' && method === 'OPTIONS')
}

/**
 * RFC 3986 section 3.2 without userinfo, and without what in a name would be none: of a list of hosts each server takes
 * another.
 */
const authority = /^(?:\[[\da-f]*:[\da-f:.]+(?:%25[\w.~-]+)?\]|[\w.~%-]+)(?::\d{0,5})?$/i

/** Nearly every request names the host of the one before. */
let lastAuthority: string | undefined

function isAuthority(text: string): boolean {
  if (text === lastAuthority) return true
  if (!authority.test(text)) return false
  lastAuthority = text
  return true
}

/** Where a target names a host, Host is ignored (RFC 9112 section 3.2.2). */
function isAbsolute(url: string): boolean {
  const named = /^https?:\/\/([^/?]*)/i.exec(url)?.[1]
  return named !== undefined && isAuthority(named)
}
