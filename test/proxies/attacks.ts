/** What a server may be sent in a header's name beside letters, digits and hyphens: RFC 9110 section 5.6.2. */
const odd = [..."!#$%&'*+.^_`|~"]

export const identityHeaders = [
  'X-User-Id',
  'X-User-Roles',
  'X-Session-Id',
  'X-Impersonator-Id',
  'X-Impersonation-Read-Only',
  'X-Postern-Identity',
] as const

/** Every name that an application which reads all but letters and digits as an underscore takes for this one. */
export function aliasesOf(name: string): string[] {
  const [first = '', second = '', ...others] = name.split('-')
  const separators = ['-', ...odd]
  return separators.flatMap((one) => separators.map((other) => `${first}${one}${[second, ...others].join(other)}`))
}

const forged = 'forged'
const line = (name: string): string => `${name}: ${forged}`

/** Few enough at a time for the limits of any server. */
const inBatches = (lines: readonly string[]): string[] =>
  Array.from({ length: Math.ceil(lines.length / 40) }, (_, index) =>
    lines.slice(index * 40, index * 40 + 40).join('\r\n'),
  )

const spellings = (name: string): string[] => [
  line(name),
  line(name.toLowerCase()),
  line(name.toUpperCase()),
  line(name.replaceAll('-', '_').toLowerCase()),
  `${line(name)}\r\n${line(name)}`,
  `${line(name)}, another`,
  `${name}:${forged}`,
  `${name}:`,
]

/** What no client would send, each alone, as most make a server refuse the request. */
const malformed = (name: string): string[] => [
  `${name} : ${forged}`,
  `${name}\t: ${forged}`,
  ` ${line(name)}`,
  `\t${line(name)}`,
  `X-Other: one\r\n ${line(name)}`,
  `X-Other: one\r\n\t${line(name)}`,
  `X-Other:\r\n ${line(name)}`,
  `${name}\r\n : ${forged}`,
  `X-Other: one\n${line(name)}`,
  `X-Other: one\r${line(name)}`,
  `X-Other: one\0${line(name)}`,
  `${name}\0: ${forged}`,
  `${name}\v: ${forged}`,
  `${name}\u00a0: ${forged}`,
  `\u00ad${line(name)}`,
  `"${name}": ${forged}`,
  `${name.replace('-', ' ')}: ${forged}`,
  `${name.replaceAll('-', '\u00ad')}: ${forged}`,
  `: ${forged}\r\n${line(name)}`,
]

/** Headers that are about headers. */
const hopByHop = (name: string): string[] => [
  `Connection: ${name}`,
  `Connection: close, ${name}`,
  `Connection: keep-alive,${name.toLowerCase()}`,
  `Connection: keep-alive\r\nConnection: ${name}`,
  `Connection: Upgrade, ${name}\r\nUpgrade: websocket`,
  `Connection: ${name}\r\nUpgrade: websocket`,
  `Connection: ${name.replaceAll('-', '_')}\r\n${line(name.replaceAll('-', '_'))}`,
  `Proxy-Connection: ${name}`,
  `Keep-Alive: ${name}`,
  `TE: trailers, ${name}`,
  `Upgrade: ${name}`,
  `${line(name)}\r\nConnection: ${name}`,
]

/** In what follows a body, announced or not; under each spelling that the head is tried with. */
const trailers = (name: string): string[] =>
  [name, name.replaceAll('-', '_')].flatMap((spelt) =>
    ['', `Trailer: ${spelt}\r\n`, `TE: trailers\r\nTrailer: ${spelt}\r\nConnection: TE\r\n`].map(
      (announced) => `${announced}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n${line(spelt)}`,
    ),
  )

export const headerAttacks = [
  ...inBatches(identityHeaders.flatMap(aliasesOf).map(line)),
  ...identityHeaders.flatMap((name) => [...spellings(name), ...malformed(name), ...hopByHop(name), ...trailers(name)]),
  `Connection: ${identityHeaders.join(', ')}`,
  `Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0`,
  // What leads the check itself astray.
  'X-Original-URL: /public/',
  'X-Rewrite-URL: /public/',
  'X-Forwarded-Uri: /public/',
  'X-Forwarded-Method: OPTIONS',
  'X-HTTP-Method-Override: OPTIONS',
  'Connection: Cookie',
  'Connection: Authorization, Cookie, X-Forwarded-For',
]

/** Ways to write a path that a proxy may take for a public one and an application for another, or the other way round. */
export const targets = [
  '//public/page',
  '/public//page',
  '/public/',
  '/public',
  '/publicity',
  '/PUBLIC/page',
  '/public/../private',
  '/public/..;/private',
  '/public/..;a=b/private',
  '/public/;/../private',
  '/public;/../private',
  '/public/.;/..;/private',
  '/public/%2e%2e/private',
  '/public/%2e%2e;/private',
  '/public/.%2e/private',
  '/public/%252e%252e/private',
  '/public/..%2fprivate',
  '/public/..%252fprivate',
  '/public/..%5cprivate',
  '/public/..\\private',
  '/public\\..\\private',
  '/public/%c0%ae%c0%ae/private',
  '/public/..%00/private',
  '/public/%2e%2e%2f%2e%2e%2fprivate',
  '/private/../public/page',
  '/private/..;/public/page',
  '/private/..%2fpublic/page',
  '/private/%2e%2e/public/page',
  '/private%2f..%2fpublic/page',
  '/private/..\\public/page',
  '/private?/public/page',
  '/private#/public/page',
  '/private%3f/public/page',
  '/private%23/public/page',
  '/private;/public/page',
  '/%70ublic/page',
  '/public%2fpage',
  '/./public/page',
  '/public/./../private',
  '/public/a/../../private',
  '/public/a/..%2f..%2fprivate',
  'http://app.example.com/public/page',
  'http://app.example.com/public/..;/private',
  'http://app.example.com/private',
  'http://evil.example/public/page',
  'http://app.example.com?/public/page',
  'HTTP://app.example.com/private/../public/page',
  '*',
  'public/page',
  '/private\t/public/',
] as const
