import fc from 'fast-check'
import { hostileText } from './bodies.ts'

const headerValue = fc.oneof(
  hostileText.map((text) =>
    Buffer.from(text)
      .toString('latin1')
      .replace(/[\r\n]/g, ''),
  ),
  fc.constantFrom('', ' ', '\t', 'a, b', '"', ';', '\x7f', 'ÿ', '\x01', 'x'.repeat(4000), 'x'.repeat(17_000)),
)

const knownHeaders: readonly (readonly [string, readonly string[]])[] = [
  [
    'accept',
    ['application/problem+json', 'text/html', '*/*;q=0', 'application/problem+json;q=0', ',', 'application/*'],
  ],
  ['x-request-id', ['a-good-id', 'a bad id', 'x'.repeat(65)]],
  ['origin', ['null', 'https://evil.invalid', 'http://localhost', 'file://']],
  ['sec-fetch-site', ['cross-site', 'same-site', 'same-origin', 'none', 'junk']],
  ['x-forwarded-for', ['junk', '1.2.3.4', ', ,', '::1']],
  ['if-none-match', ['*', '"x"', 'W/"x", *']],
  ['range', ['bytes=0-1', 'bytes=-1', 'junk']],
  ['x-http-method-override', ['DELETE']],
  ['content-encoding', ['gzip', 'br']],
  ['expect', ['100-continue', 'nonsense']],
  ['upgrade', ['websocket', 'h2c']],
  ['connection', ['close', 'upgrade', 'keep-alive, x']],
  ['host', ['', 'evil.invalid', 'a b', '[::1]:1']],
  [
    'cookie',
    [
      '=',
      ';;;',
      '__Host-session_id',
      '__Host-session_id="',
      '__Host-device_id=%ff',
      `a=${'b'.repeat(5000)}`,
      '__proto__=1',
    ],
  ],
  [
    'authorization',
    ['Bearer', 'Bearer  ', 'Basic YTpi', 'Bearer a.b.c', 'Bearer e30.e30.e30', `Bearer ${'x'.repeat(8000)}`],
  ],
  ['x-device-token', ['', 'pdt_x', 'ÿ']],
  ['access-control-request-method', ['DELETE', 'BREW']],
  ['content-type', ['application/json', 'text/plain', 'multipart/form-data; boundary=']],
  ['transfer-encoding', ['identity', 'gzip, chunked', 'chunked, chunked']],
]

/** One that the server reads, or that a proxy or a library might. */
export const header = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...knownHeaders)
      .chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
  },
  fc.tuple(
    fc.constantFrom(...knownHeaders.map(([name]) => name), 'x-odd', 'x_under', 'X-Turnstile-Token'),
    headerValue,
  ),
  fc.constantFrom(['bad name', 'x'] as const, ['x-null', 'a\0b'] as const, ['', 'x'] as const),
)
