import fc from 'fast-check'
import { makeToken } from '../../../src/crypto/secret-token.ts'

export type Body = { readonly bytes: Buffer; readonly type: string | undefined }

/** Texts that have broken parsers, databases, paths and terminals. */
export const hostileText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 2000 }) },
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    '\u202e\u2066',
    '\ufeff',
    '../../etc/passwd',
    "'; drop table users; --",
    '#{7*7}',
    '%s%n',
    '__proto__',
    'constructor',
    '-1',
    '1e400',
    '9'.repeat(400),
    'x'.repeat(9000),
    '😀'.repeat(300),
    'a@b.c',
    `${'a'.repeat(250)}@example.com`,
    'ü@exämple.com',
    'a@[127.0.0.1]',
    '2026-02-30T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    '00000000-0000-0000-0000-000000000000',
    'https://localhost.invalid/',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ),
  fc
    .constantFrom('session', 'refresh', 'device', 'temporaryLogin', 'mailed', 'pendingOauth')
    .map((kind) => makeToken(kind as 'session').text),
)

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  fc.constantFrom(null, true, false, 0, -0, -1, 1.5, 2 ** 53, 1e308, [], {}, [[]], { __proto__: null, length: 1 }),
  fc.array(hostileText, { maxLength: 5 }),
  fc.dictionary(fc.constantFrom('toString', 'then', 'length', 'a', '$ne'), fc.constantFrom(1, 'x', null)),
)

/** What each field is named, and what it may well hold: only one that is right gets past the checks before. */
const usual: Readonly<Record<string, string | boolean | null>> = {
  email: 'hostile@example.com',
  new_email: 'hostile2@example.com',
  handle: 'hostile_1',
  display_name: 'Hostile',
  password: 'a password for hostile tests',
  new_password: 'another password for them',
  current_password: 'a password for hostile tests',
  remember_me: true,
  code: '123456',
  user_id: '01890a5d-ac96-774b-bcce-b302099a8057',
  role: 'mod',
  reason: 'spam',
  provider: 'google',
  bio: null,
}

/** A JSON object with the route's fields, some of them hostile; numbers too large for JSON.stringify are put in by hand. */
const fieldsOf = (names: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.subarray([...names], { minLength: Math.max(0, names.length - 1) }),
      fc.array(fc.tuple(fc.constantFrom(...names, '__proto__', 'constructor', 'x'), hostileValue), { maxLength: 3 }),
      fc.constantFrom('', '', '', '{"a":1e999,', '{"token":"a","token":"b",'),
    )
    .map(([sent, hostile, prefix]) => {
      const pairs = [...sent.map((name) => [name, usual[name] ?? makeToken('mailed').text] as const), ...hostile]
      const text = JSON.stringify(Object.fromEntries(pairs))
      return prefix === '' || text === '{}' ? text : prefix + text.slice(1)
    })

const brokenJson = fc.constantFrom(
  '',
  '{',
  '{"',
  'null',
  '1',
  '"',
  '[]',
  'NaN',
  '{"a":01}',
  '{"a":"\\u12"}',
  '\ufeff{}',
  '{}{}',
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '['.repeat(30_000),
  `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`,
  `{"email":"${'x'.repeat(64 * 1024)}"}`,
  `{"a":${'9'.repeat(60_000)}}`,
)

const multipart = fc
  .tuple(
    fc.constantFrom('file', 'other', '', '__proto__', 'x'.repeat(3000)),
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('GIF89a')),
    ),
    fc.constantFrom('\r\n--b--\r\n', '\r\n--b', '', '\r\n--b\r\n\r\n'),
    fc.constantFrom('filename="x.png"', "filename*=utf-8''%00", 'filename="../../x"', ''),
    fc.constantFrom(
      '',
      'content-type: image/png\r\n',
      'content-transfer-encoding: base64\r\n',
      `${'a: b\r\n'.repeat(100)}`,
    ),
  )
  .map(([name, bytes, end, filename, more]) => {
    const head = `--b\r\ncontent-disposition: form-data; name="${name}"; ${filename}\r\n${more}\r\n`
    return {
      bytes: Buffer.concat([Buffer.from(head), bytes, Buffer.from(end)]),
      type: 'multipart/form-data; boundary=b',
    }
  })

const types = fc.constantFrom(
  'application/json; charset=utf-16',
  'application/json;',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  `multipart/form-data; boundary=${'b'.repeat(300)}`,
  'application/json\ta',
  '*/*',
  '',
  undefined,
)

/** A body as its route may be sent one, in an encoding or a type that it may not expect. */
export function bodyFor(fields: readonly string[] | undefined): fc.Arbitrary<Body> {
  const json = (text: fc.Arbitrary<string>) =>
    text.map((one) => ({ bytes: Buffer.from(one), type: 'application/json' }))
  const raw = fc.tuple(fc.uint8Array({ maxLength: 200 }), types)
  const brokenUtf8 = fc.constantFrom('{"email":"\xff\xfe"}', '{"token":"\xc0\xaf"}', '{"a\xed\xa0\x80":1}')
  return fc.oneof(
    { weight: 6, arbitrary: json(fieldsOf(fields ?? ['token'])) },
    { weight: 2, arbitrary: json(brokenJson) },
    {
      weight: 1,
      arbitrary: brokenUtf8.map((text) => ({ bytes: Buffer.from(text, 'latin1'), type: 'application/json' })),
    },
    { weight: 1, arbitrary: raw.map(([bytes, type]) => ({ bytes: Buffer.from(bytes), type })) },
    { weight: fields === undefined ? 5 : 1, arbitrary: multipart },
    { weight: 2, arbitrary: fc.constant({ bytes: Buffer.alloc(0), type: undefined }) },
  )
}
