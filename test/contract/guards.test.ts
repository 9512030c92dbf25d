import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { signAccessToken } from '../../src/credentials/access-token.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import type { ErrorCode } from '../../src/errors/catalogue.ts'
import { startApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { createDatabase } from '../support/database.ts'
import { makeUsers } from '../support/factories.ts'
import { readOpenApi } from '../support/openapi.ts'
import { signedInOnDevice } from '../support/people.ts'
import { openProxy } from '../support/proxy.ts'
import { SoftPasskey } from '../support/soft-authenticator.ts'

/** What a field may hold, and what breaks its rule: a new field of a body belongs here. */
const goodFields: Readonly<Record<string, unknown>> = {
  email: 'ada@example.com',
  handle: 'ada_l',
  display_name: 'Ada Lovelace',
  password: 'correct horse battery',
  current_password: 'correct horse battery',
  new_password: 'wrong donkey charger',
  new_email: 'elsewhere@example.com',
  token: makeToken('mailed').text,
  remember_me: true,
  forget_devices: false,
  refresh_token: makeToken('refresh').text,
  temp_token: makeToken('temporaryLogin').text,
  pending_token: makeToken('pendingOauth').text,
  code_token: makeToken('mailedCode').text,
  code: '000000',
  totp_code: '000000',
  state: 'state',
  iss: 'https://issuer.example.com',
  provider: 'acme',
  id_token: 'a.b.c',
  credential: { id: 'AA', rawId: 'AA', type: 'public-key', response: { clientDataJSON: 'AA' } },
  mediation: 'conditional',
  attachment: 'platform',
  bio: 'Analyst',
  slug: 'acme',
  name: 'Acme',
  client_id: 'client',
  client_secret: 'kept-by-the-guards',
  issuer: 'https://issuer.example.com',
  user_id: '01890a5d-ac96-774b-bcce-b302099a8057',
  role: 'mod',
  reason: 'spam',
  confirm: 'ada_l',
  expires_at: null,
  roles: ['mod'],
  locale: 'de',
  message: 'Welcome',
  expires_in: 3600,
  read_only: true,
  minutes: 15,
}
const brokenFields: Readonly<Record<string, unknown>> = {
  mediation: 'silent',
  attachment: 'usb',
  email: 'nobody',
  handle: '!',
  password: 'x'.repeat(2000),
  new_password: 'x'.repeat(2000),
  new_email: 'no address',
  bio: 'x'.repeat(161),
  slug: '!',
  name: 'x'.repeat(51),
  reason: 'x'.repeat(1001),
  message: 'x'.repeat(501),
  expires_in: 1,
  minutes: 61,
}

type Kind = 'session' | 'console'

type Operation = {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly fields: readonly string[] | undefined
  readonly codes: ReadonlySet<string>
}
type Sent = { readonly headers?: Record<string, string>; readonly remoteAddress?: string; readonly body?: unknown }

/** Says yes, no or nothing at all, as its token asks. */
const turnstile = createServer((request, response) => {
  request.setEncoding('utf8')
  let text = ''
  request.on('data', (chunk: string) => {
    text += chunk
  })
  request.on('end', () => {
    const token = (JSON.parse(text) as { response: string }).response
    response.end(token === 'garbage' ? '<html>' : JSON.stringify({ success: token !== 'refused' }))
  })
})
await new Promise<void>((resolve) => turnstile.listen(0, '127.0.0.1', resolve))

const database = await createDatabase(inject('postgresUrl'))
const proxy = await openProxy(database.url)
const [app, strict, cutOff, elsewhere, bots] = await Promise.all([
  startApp({ TRUSTED_PROXIES: '127.0.0.1' }),
  startApp({ RATE_LIMITS: '0.001' }),
  startApp({ DATABASE_URL: proxy.url }),
  startApp({ CONSOLE_ALLOW: '192.0.2.0/24' }),
  startApp({
    TURNSTILE_SECRET: 'secret',
    TURNSTILE_VERIFY_URL: `http://127.0.0.1:${(turnstile.address() as AddressInfo).port}`,
  }),
])
afterAll(async () => {
  await proxy.restore()
  await Promise.all([app.close(), strict.close(), cutOff.close(), elsewhere.close(), bots.close()])
  await proxy.close()
  await database.drop()
  turnstile.close()
})

await proxy.cut()
const operations = await readOperations()
const { person, client: device } = await signedInOnDevice(app)

// The table's person may do everything; what an account without a role may not has its own line.
await app.sql("insert into user_roles (user_id, role) select id, 'admin' from users where email = $1", [person.email])

async function login(): Promise<void> {
  const { email, password } = person
  expect((await device.post('/v0/auth/login', { email, password })).status).toBe(204)
}

/** What a login leaves, of which thousands are needed. */
await login()
const [model] = await app.sql<{ account: { password_hash: string }; session: object }>(
  `select to_jsonb(u) as account, to_jsonb(s) as session from users u join sessions s on s.user_id = u.id
   where u.email = $1 order by s.created_at desc limit 1`,
  [person.email],
)

/** A session of its own, as logout ends the one that it is asked with: a normal one, or one of the console. */
async function freshSession(kind: Kind, more: object = {}, change = 'ended_at = ended_at'): Promise<string> {
  const { text, digest } = makeToken(kind)
  const [id, now] = [randomUUID(), new Date()]
  const times = { created_at: now, authenticated_at: now }
  const own = { id, token_digest: `\\x${digest.toString('hex')}`, kind: kind === 'console' ? kind : 'user', ...times }
  const session = JSON.stringify({ ...model?.session, ...own, ...more })
  await app.deps.pool.query('insert into sessions select * from jsonb_populate_record(null::sessions, $1)', [session])
  await app.sql(`update sessions set ${change} where id = $1`, [id])
  return text
}

const sessionIn = (kind: Kind, change: string): Promise<string> => freshSession(kind, {}, change)

/** The one session of an account of its own, which no route called in another's name ends. */
async function sessionApart(kind: Kind, table: 'sessions' | 'users', change: string): Promise<string> {
  const [{ id } = { id: '' }] = await makeUsers(app.deps.pool, 1)
  const hash = model?.account.password_hash
  await app.deps.pool.query('update users set password_hash = $2 where id = $1', [id, hash])
  if (table === 'users') await app.sql(`update users set ${change} where id = $1`, [id])
  return freshSession(kind, { user_id: id }, table === 'sessions' ? change : undefined)
}

/** The account of the table's person, who has a role, entered from their own console. */
async function impersonating(readOnly: boolean): Promise<string> {
  const origin = randomUUID()
  await freshSession('console', { id: origin })
  const by = { impersonator_id: origin, console_session_id: origin, read_only: readOnly }
  return freshSession('session', { ...by, kind: 'impersonation' })
}

/** What an impersonation that may change the profile may do beyond reading and leaving. */
const changesProfile = /^(?:PATCH \/v0\/user\/me|(?:POST|DELETE) \/v0\/user\/me\/(?:profile|banner)-image)$/

const deadTokens = async (kind: Kind) => ({
  malformed: 'junk',
  foreign: makeToken('device').text,
  unknown: makeToken(kind).text,
  ended: await sessionIn(kind, 'ended_at = now()'),
  expired: await sessionApart(kind, 'sessions', "expires_at = now() - interval '1 second'"),
  orphaned: await sessionIn(kind, 'user_id = gen_random_uuid()'),
})
const dead = { session: await deadTokens('session'), console: await deadTokens('console') }

const { signingKeys } = app.deps
const expiredToken = signAccessToken(app.config, signingKeys.getCurrent(), {
  userId: String((await device.get('/v0/user/me')).body.id),
  sessionId: '01890a5d-ac96-774b-bcce-b302099a8057',
  roles: [],
  issuedAtSeconds: 0,
})

const send = ({ method, url }: Operation, client: TestClient, sent: Sent): Promise<Answer> =>
  client.send(method, url, sent)

/** Routes of console sessions take nothing else, so an access token is nothing special to them. */
const kindOf = ({ codes }: Operation): Kind =>
  codes.has('session:expired') && !codes.has('user:invalid_token') ? 'console' : 'session'

/** The token as the route takes it. */
const carrying = (operation: Operation, token: string): Record<string, string> =>
  kindOf(operation) === 'console' ? { cookie: `__Host-admin_id=${token}` } : { authorization: `Bearer ${token}` }

const bearing = (token: string) => (operation: Operation) =>
  send(operation, app.client(), { headers: carrying(operation, token) })

const dying = (state: keyof (typeof dead)['session']) => (operation: Operation) =>
  bearing(dead[kindOf(operation)][state])(operation)

/** Where an account is refused whatever it sends, unless it is in this state. */
function stateFor({ codes, url }: Operation): string | undefined {
  if (codes.has('password:already_set')) return 'password_hash = null'
  if (/totp\/(disable|backup-codes)/.test(url)) return 'totp_enabled_at = now()'
  return undefined
}

async function sessionFor(operation: Operation): Promise<string> {
  const state = stateFor(operation)
  if (state !== undefined) return sessionApart('session', 'users', state)
  if (operation.url.endsWith('totp/enable')) {
    await login()
    await device.post('/v0/auth/totp/setup')
  }
  return freshSession(kindOf(operation))
}

const isSignedIn = ({ codes }: Operation): boolean => codes.has('session:expired')
/** Its own fields may be refused with the same code. */
const hasQueryAlone = ({ method, codes }: Operation): boolean => method === 'GET' && codes.has('general:bad_request')

const signedIn = async (operation: Operation, { headers, body }: Sent): Promise<Answer> => {
  const credential = carrying(operation, await sessionFor(operation))
  return send(operation, app.client(), { headers: { ...credential, ...headers }, body })
}

const crossSite = (cookie: Record<string, string>) => (operation: Operation) =>
  send(operation, app.client(), { headers: { 'sec-fetch-site': 'cross-site', ...cookie }, body: goodBody(operation) })

/** Of Google One Tap it is a token, of a passkey an object. */
const goodBody = ({ fields, url }: Operation) =>
  bodyOf(inOneForm(fields), url.includes('one-tap') ? { ...goodFields, credential: 'a.b.c' } : goodFields)

/** Where a link may be posted, nothing is that stands for it. */
const inOneForm = (fields: readonly string[] | undefined) =>
  fields?.includes('token') ? fields.filter((name) => name !== 'code_token' && name !== 'code') : fields

function bodyOf(fields: readonly string[] | undefined, values: Readonly<Record<string, unknown>>) {
  return fields && Object.fromEntries(fields.filter((name) => name in values).map((name) => [name, values[name]]))
}

const botCheck = (headers: Record<string, string>) => (operation: Operation) =>
  send(operation, bots.client(), { headers, body: goodBody(operation) })

const goodUrls: Readonly<Record<string, string>> = {
  'GET /v0/files/{name}': `/v0/files/${'a'.repeat(32)}.webp`,
  'GET /v0/search/users': '/v0/search/users?query=ada',
  'GET /v0/users/handle/{handle}/available': '/v0/users/handle/ada_l/available',
  'GET /v0/users/profile': '/v0/users/profile?handle=ada_l',
  'GET /v0/users/profile/id': '/v0/users/profile/id?user_id=01890a5d-ac96-774b-bcce-b302099a8057',
}

/** All that can be checked without a look is good. */
const withoutDatabase = async (operation: Operation) => {
  if (operation.url.endsWith('/passkeys/sign-in')) {
    const client = cutOff.client()
    const { body } = await client.post(`${operation.url}/options`)
    return send(operation, client, { body: { credential: new SoftPasskey().get(body) } })
  }
  // Where a session may be left out as well: whose it is must be looked up.
  const headers = carrying(operation, dead[kindOf(operation)].unknown)
  const url = goodUrls[operation.name] ?? operation.url
  return send({ ...operation, url }, cutOff.client(), { headers, body: goodBody(operation) })
}

let networks = 0
async function twice(operation: Operation): Promise<Answer> {
  const remoteAddress = `198.51.100.${++networks}`
  await send(operation, strict.client(), { remoteAddress })
  return send(operation, strict.client(), { remoteAddress })
}

/** Routes that open a session in a browser: another site may not post to them even without a cookie. */
const setsCookies =
  /^POST \/v0\/(?:admin\/session|auth\/(?:login|impersonation|verify-email|accept-invitation|device\/verify|email-sign-in(?:\/verify)?|totp\/verify|passkeys\/sign-in(?:\/options)?|passkeys\/second-step|complete-signup|oauth\/\{provider\}\/login|oauth\/google\/one-tap\/login))$/

type Provocation = {
  readonly how: string
  readonly code: ErrorCode
  readonly provoke: (operation: Operation) => Promise<Answer>
  /** Where the code is also the route's own, and this way to it is not every route's. */
  readonly expectedOf?: (operation: Operation) => boolean
  readonly saysNothingOf?: (operation: Operation) => boolean
}

const provocations: readonly Provocation[] = [
  { code: 'user:unauthorized', how: 'no credential', provoke: (operation) => send(operation, app.client(), {}) },
  { code: 'user:invalid_session', how: 'a malformed token', provoke: dying('malformed') },
  { code: 'user:invalid_session', how: 'a token of another kind', provoke: dying('foreign') },
  { code: 'user:invalid_session', how: 'a session that ended', provoke: dying('ended') },
  { code: 'session:not_found', how: 'an unknown token', provoke: dying('unknown') },
  { code: 'session:expired', how: 'an expired session', provoke: dying('expired') },
  { code: 'session:invalid_user_id', how: 'a session of nobody', provoke: dying('orphaned') },
  {
    code: 'user:invalid_token',
    how: 'an access token, where none is taken, or of somebody else',
    provoke: bearing('e30.e30.AAAA'),
    expectedOf: isSignedIn,
  },
  {
    code: 'user:token_expired',
    how: 'an expired access token',
    provoke: bearing(expiredToken),
    expectedOf: isSignedIn,
  },
  {
    code: 'user:banned',
    how: 'a banned account',
    provoke: async (operation) =>
      bearing(await sessionApart(kindOf(operation), 'users', 'banned_at = now()'))(operation),
    expectedOf: isSignedIn,
  },
  {
    code: 'user:permission_insufficient',
    how: 'an account without a role',
    provoke: async (operation) => bearing(await sessionApart(kindOf(operation), 'users', 'bio = null'))(operation),
  },
  {
    code: 'user:reauthentication_required',
    how: 'a session opened over five minutes ago',
    provoke: async (operation) =>
      bearing(await sessionIn(kindOf(operation), "authenticated_at = now() - interval '5 minutes 1 second'"))(
        operation,
      ),
  },
  {
    code: 'system:not_found',
    how: 'a network that has no administration [AD10]',
    provoke: (operation) => send(operation, elsewhere.client(), {}),
    expectedOf: ({ url }) => url.startsWith('/v0/admin/'),
    saysNothingOf: ({ url }) => !url.startsWith('/v0/admin/'),
  },
  {
    code: 'user:impersonated',
    how: 'an administrator in the account, only to read [AD5]',
    provoke: async (operation) => bearing(await impersonating(true))(operation),
  },
  {
    code: 'user:impersonated',
    how: 'an administrator in the account, to change the profile [AD5]',
    provoke: async (operation) => bearing(await impersonating(false))(operation),
    expectedOf: ({ name }) => !changesProfile.test(name),
  },
  { code: 'FORBIDDEN', how: 'another site, with a cookie', provoke: crossSite({ cookie: 'any=thing' }) },
  {
    code: 'FORBIDDEN',
    how: 'another site, without a cookie',
    provoke: crossSite({}),
    expectedOf: ({ name }) => setsCookies.test(name),
  },
  {
    code: 'general:invalid_ip_address',
    how: 'junk from a trusted proxy',
    provoke: (operation) => send(operation, app.client(), { headers: { 'x-forwarded-for': 'junk' } }),
  },
  { code: 'rate_limit:exceeded', how: 'one request too many of the network', provoke: twice },
  {
    code: 'general:bad_request',
    how: 'malformed JSON',
    provoke: (operation) => signedIn(operation, { body: '{"' }),
    saysNothingOf: hasQueryAlone,
  },
  {
    code: 'general:bad_request',
    how: 'another content type',
    provoke: (operation) => signedIn(operation, { body: '{}', headers: { 'content-type': 'text/plain' } }),
    saysNothingOf: hasQueryAlone,
  },
  {
    code: 'general:validation_error',
    how: 'a field that breaks its rule',
    provoke: (operation) =>
      signedIn(operation, { body: { ...goodBody(operation), ...bodyOf(operation.fields, brokenFields) } }),
    saysNothingOf: hasQueryAlone,
  },
  {
    code: 'FILE_TOO_LARGE',
    how: '64 KiB and a byte',
    provoke: (operation) => signedIn(operation, { body: `"${'x'.repeat(64 * 1024 - 1)}"` }),
    // Uploads have limits of their own, and take no JSON.
    saysNothingOf: ({ codes }) => codes.has('file:unsupported_type'),
  },
  { code: 'system:database_error', how: 'PostgreSQL is away', provoke: withoutDatabase },
  { code: 'turnstile:token_missing', how: 'no token', provoke: botCheck({}) },
  { code: 'turnstile:verification_failed', how: 'a bad token', provoke: botCheck({ 'x-turnstile-token': 'refused' }) },
  { code: 'turnstile:service_error', how: 'a broken service', provoke: botCheck({ 'x-turnstile-token': 'garbage' }) },
]

describe.each(operations)('$name', (operation) => {
  test.each(provocations)(
    '$code where declared, nowhere else: $how',
    async ({ code, provoke, expectedOf, saysNothingOf }) => {
      if (saysNothingOf?.(operation)) return
      const isExpected = operation.codes.has(code) && (expectedOf?.(operation) ?? true)
      const answer = await provoke(operation)
      if (isExpected) expect(answer.code).toBe(code)
      else expect(answer.code).not.toBe(code)
    },
  )

  test.runIf(operation.codes.has('session:expired'))('a dead cookie is taken back, a Bearer token is not', async () => {
    const kind = kindOf(operation)
    const [name, sameSite] = kind === 'console' ? ['__Host-admin_id', 'Strict'] : ['__Host-session_id', 'Lax']
    for (const [state, token] of Object.entries(dead[kind])) {
      const { setCookies } = await send(operation, app.client(), { headers: { cookie: `${name}=${token}` } })
      expect([state, setCookies]).toEqual([
        state,
        [`${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=${sameSite}`],
      ])
      const headers = { authorization: `Bearer ${token}` }
      expect((await send(operation, app.client(), { headers })).setCookies).toEqual([])
    }
  })
})

test('what only administrators may is refused to a session that is not fresh, on every route [AT10]', () => {
  const theirs = operations.filter(({ codes }) => codes.has('user:permission_insufficient'))
  const open = theirs.filter(({ codes }) => !codes.has('user:reauthentication_required')).map(({ name }) => name)
  // They only read.
  expect(open.filter((name) => !name.startsWith('GET '))).toEqual([])
  expect(theirs.length).toBeGreaterThan(7)
})

test('the first check that fails answers', async () => {
  const login = (headers: Record<string, string>, body: unknown) =>
    app.client().post('/v0/auth/login', body, { headers })
  const junk = { 'x-forwarded-for': 'junk' }
  const foreign = { 'sec-fetch-site': 'cross-site' }
  const large = 'x'.repeat(64 * 1024 + 1)
  expect((await login({ ...junk, ...foreign }, large)).code).toBe('general:invalid_ip_address')
  expect((await login(foreign, large)).code).toBe('FORBIDDEN')
  expect((await login({}, large)).code).toBe('FILE_TOO_LARGE')
  expect((await login({}, { email: 'nobody' })).code).toBe('general:bad_request')
  expect((await login({}, { email: 'nobody', password: 'x' })).code).toBe('general:validation_error')
})

async function readOperations(): Promise<Operation[]> {
  type Schema = { readonly properties?: Record<string, { readonly enum?: string[] }> }
  type Content = { readonly content?: { readonly 'application/json'?: { readonly schema?: Schema } } }
  type Item = Record<string, { readonly requestBody?: Content; readonly responses: Record<string, Content> }>
  const schemaOf = (content: Content | undefined) => content?.content?.['application/json']?.schema
  const { paths } = await readOpenApi<{ paths: Record<string, Item> }>(app)
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, { requestBody, responses }]) => ({
      name: `${verb.toUpperCase()} ${path}`,
      method: verb.toUpperCase(),
      // Only on the way to a link does authorize ask who is signed in.
      url: `${path.replace(/\{\w+\}/g, '01890a5d-ac96-774b-bcce-b302099a8057')}${path.endsWith('/authorize') ? '?flow=link' : ''}`,
      // An upload is no JSON.
      fields: schemaOf(requestBody) && Object.keys(schemaOf(requestBody)?.properties ?? {}),
      codes: new Set(Object.values(responses).flatMap((response) => schemaOf(response)?.properties?.code?.enum ?? [])),
    })),
  )
}
