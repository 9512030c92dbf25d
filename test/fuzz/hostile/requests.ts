import fc from 'fast-check'
import { makeToken } from '../../../src/crypto/secret-token.ts'
import type { Route } from '../operations.ts'
import { type Body, bodyFor } from './bodies.ts'
import { header } from './headers.ts'
import { targetOf } from './targets.ts'

export type HostileRequest = {
  readonly method: string
  readonly target: string
  /** Whose, by a word: tokens of a run are no part of a counterexample. */
  readonly credential: CredentialName
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Body
  readonly framing: 'length' | 'chunked' | 'cut off' | 'two lengths' | 'longer than said'
}

type CredentialName =
  | 'none'
  | 'user cookie'
  | 'user bearer'
  | 'administrator'
  | 'cookie and bearer'
  | 'access token'
  | 'junk'

const methods = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY', 'get', 'BREW', 'CONNECT']

/** What a session does to itself would leave the rest of the run signed out. */
const endsSessions = /^\/v0\/auth\/(?:logout|sessions\/)/

const credentials: readonly CredentialName[] = [
  'none',
  'user cookie',
  'user bearer',
  'administrator',
  'cookie and bearer',
  'access token',
  'junk',
]

function requestTo(route: Route): fc.Arbitrary<HostileRequest> {
  const safe: readonly CredentialName[] = endsSessions.test(route.path) ? ['none', 'access token', 'junk'] : credentials
  return fc.record({
    method: fc.oneof({ weight: 6, arbitrary: fc.constant(route.method) }, fc.constantFrom(...methods)),
    target: targetOf(route.path),
    credential: fc.constantFrom(...safe),
    headers: fc.array(header, { maxLength: 4 }),
    body: route.method === 'GET' ? fc.constant({ bytes: Buffer.alloc(0), type: undefined }) : bodyFor(fieldsOf(route)),
    framing: fc.oneof(
      { weight: 12, arbitrary: fc.constant('length' as const) },
      { weight: 3, arbitrary: fc.constant('chunked' as const) },
      fc.constantFrom('cut off' as const, 'two lengths' as const, 'longer than said' as const),
    ),
  })
}

function fieldsOf({ operation }: Route): readonly string[] | undefined {
  const schema = operation.requestBody?.content?.['application/json']?.schema
  return schema?.properties && Object.keys(schema.properties)
}

export const hostileRequest = (routes: readonly Route[]): fc.Arbitrary<HostileRequest> =>
  fc
    .constantFrom(...routes)
    .chain(requestTo)
    .map((request) => ({ ...request, [fc.toStringMethod]: () => textOf(request) }))

/** As a counterexample shows it: what is long is cut, whose token it was is a word. */
function textOf(request: HostileRequest): string {
  const { credential, framing } = request
  const bytes = bytesOf({ ...request, credential: 'none' }, { user: '', administrator: '', accessToken: '' })
  const lines = bytes.subarray(0, 3000).toString('latin1').split('\r\n')
  const text = lines.map((line) => (line.length > 200 ? `${line.slice(0, 200)}… (${line.length})` : line)).join('\r\n')
  return `${JSON.stringify(text)} credential: ${credential}, framing: ${framing}`
}

export type Credentials = { readonly user: string; readonly administrator: string; readonly accessToken: string }

const credentialLines = ({
  user,
  administrator,
  accessToken,
}: Credentials): Readonly<Record<CredentialName, readonly string[]>> => {
  const cookie = `cookie: __Host-session_id=${user}`
  return {
    none: [],
    'user cookie': [cookie],
    'user bearer': [`authorization: Bearer ${user}`],
    administrator: [`authorization: Bearer ${administrator}`],
    'cookie and bearer': [cookie, `authorization: Bearer ${administrator}`],
    'access token': [`authorization: Bearer ${accessToken}`],
    junk: [`cookie: __Host-session_id=${makeToken('session').text}`],
  }
}

/** Byte for byte as it goes out. */
export function bytesOf(request: HostileRequest, all: Credentials): Buffer {
  const { method, target, credential, headers, body, framing } = request
  const lines = [
    `${method} ${target.replace(/[\s\0]/g, '')} HTTP/1.1`,
    ...(headers.some(([name]) => name === 'host') ? [] : ['host: localhost']),
    ...credentialLines(all)[credential],
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body.type === undefined ? [] : [`content-type: ${body.type}`]),
    ...framingLines(framing, body.bytes.length),
  ]
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  if (framing !== 'chunked') return Buffer.concat([head, body.bytes])
  const size = body.bytes.length.toString(16)
  const chunk = body.bytes.length === 0 ? [] : [Buffer.from(`${size}\r\n`), body.bytes, Buffer.from('\r\n')]
  return Buffer.concat([head, ...chunk, Buffer.from('0\r\n\r\n')])
}

function framingLines(framing: HostileRequest['framing'], length: number): readonly string[] {
  if (framing === 'chunked') return ['transfer-encoding: chunked']
  if (framing === 'two lengths') return [`content-length: ${length}`, `content-length: ${length + 1}`]
  if (framing === 'cut off') return [`content-length: ${length + 10}`]
  if (framing === 'longer than said') return [`content-length: ${Math.max(0, length - 1)}`]
  return length === 0 ? [] : [`content-length: ${length}`]
}
