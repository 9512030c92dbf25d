import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogue, errorCodes } from '../../src/errors/catalogue.ts'
import { actsThatHelp } from '../../src/refusals/helpful-acts.ts'
import { administrator, moderator, pagesOf } from '../audit/support.ts'
import { said, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { newPerson, type Person, signedUp, signUp } from '../support/people.ts'
import { writtenRefusals } from '../support/refusals.ts'
import { sessionLookup, statementsOf } from '../support/statements.ts'

const url = '/v0/admin/refusals'
let receiver: OtlpReceiver
let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
let waiting: Person
let account: { readonly id: string; readonly person: Person }

const logIn = (body: object, headers: Record<string, string>) =>
  app.client().post('/v0/auth/login', body, { headers: { 'x-forwarded-for': '198.51.100.7', ...headers } })

beforeAll(async () => {
  receiver = await startOtlpReceiver()
  app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  admin = await administrator(app)
  waiting = await signUp(app, newPerson())
  const { person, client } = await signedUp(app)
  account = { person, id: String((await client.get('/v0/user/me')).body.id) }
  const { email, password } = waiting
  await logIn({ email, password }, { 'x-request-id': 'too-early', 'x-contract': '0123456789abcdef' })
  const wrong = { email: person.email, password: 'not the right password' }
  for (let number = 1; number <= 5; number++) await logIn(wrong, { 'x-request-id': `wrong-${number}` })
  await client.post('/v0/auth/totp/enable', { code: '000000' }, { headers: { 'x-request-id': 'too-soon' } })
  await writtenRefusals(app)
})
afterAll(async () => {
  await app.close()
  await receiver.stop()
})

type Shown = Readonly<Record<string, unknown>>
const read = async (query: string) => {
  const { status, body } = await admin.client.get(`${url}?${query}`)
  expect([query, status]).toEqual([query, 200])
  return body.data as readonly Shown[]
}
const idsOf = async (query: string) => (await read(query)).map(({ request_id: id }) => id)

test(`GET ${url} says what happened to a request: its code, whose fault it is, what it means, what to do [RF1]`, async () => {
  const { meaning, advice } = catalogue['user:not_verified']
  expect(await read('request_id=too-early')).toEqual([
    {
      at: expect.stringMatching(/^\d{4}-.+\.\d{3}Z$/),
      request_id: 'too-early',
      method: 'POST',
      route: '/v0/auth/login',
      code: 'user:not_verified',
      network: '198.51.100.7',
      contract: '0123456789abcdef',
      status: 401,
      cause: 'caller',
      meaning,
      advice,
      acts: ['resend-verification'],
    },
  ])
})

test('by account, by an address with an account or without one, by code, route, network and time', async () => {
  const wrong = ['wrong-5', 'wrong-4', 'wrong-3', 'wrong-2', 'wrong-1']
  expect(await idsOf(`user_id=${account.id}`)).toEqual(['too-soon', ...wrong])
  expect(await idsOf(`email=${encodeURIComponent(account.person.email)}`)).toEqual(['too-soon', ...wrong])
  expect(await idsOf(`email=${encodeURIComponent(waiting.email)}`)).toEqual(['too-early'])
  expect(await idsOf('code=auth:invalid_credentials')).toEqual(wrong)
  expect(await idsOf('route=/v0/auth/totp/enable')).toEqual(['too-soon'])
  expect(await idsOf(`user_id=${account.id}&code=auth:invalid_credentials&route=/v0/auth/totp/enable`)).toEqual([])
  expect(await idsOf('ip=198.51.100.7')).toEqual([...wrong, 'too-early'])
  expect(await idsOf(`user_id=${unknownId}`)).toEqual([])
  const [third] = await read('request_id=wrong-3')
  const moment = encodeURIComponent(String(third?.at))
  expect(await idsOf(`code=auth:invalid_credentials&to=${moment}`)).toEqual(['wrong-2', 'wrong-1'])
  expect(await idsOf(`code=auth:invalid_credentials&from=${moment}`)).toEqual(['wrong-5', 'wrong-4', 'wrong-3'])
  const [{ user } = { user: undefined }] = await read('request_id=wrong-1')
  expect(user).toEqual({ id: account.id, handle: account.person.handle })
})

test('pages hold each once, newest first, in one statement each', async () => {
  const pages = await pagesOf(admin.client, `${url}?code=auth:invalid_credentials&limit=2`)
  expect(pages.map((page) => page.map(({ request_id: id }) => id))).toEqual([
    ['wrong-5', 'wrong-4'],
    ['wrong-3', 'wrong-2'],
    ['wrong-1'],
  ])
  await admin.client.get(`${url}?limit=100`, { headers: { 'x-request-id': 'counted' } })
  const statements = await statementsOf(receiver, 'counted')
  expect(statements.filter((name) => name !== sessionLookup)).toEqual(['SELECT refusals'])
})

test('no digest of an address is shown [AD2]', async () => {
  const rows = await app.sql<{ digest: string }>(
    'select distinct address_digest as digest from refusals where address_digest is not null',
  )
  expect(rows.length).toBeGreaterThan(1)
  const text = JSON.stringify(await read('limit=100'))
  for (const { digest } of rows) expect(text).not.toContain(digest)
})

test('a code of another version is shown without what nobody knows of it', async () => {
  await app.sql(
    `insert into refusals (id, request_id, method, route, code, network, refused_at)
     values (gen_random_uuid(), 'of-tomorrow', 'GET', '/v0/tomorrow', 'user:of_tomorrow', '192.0.2.1', now())`,
  )
  const [shown] = await read('request_id=of-tomorrow')
  expect(Object.keys(shown ?? {})).toEqual(['at', 'request_id', 'method', 'route', 'code', 'network'])
})

test('an act helps with a code that there is', () => {
  expect(errorCodes.filter((code) => actsThatHelp(code).length > 0).length).toBeGreaterThan(15)
})

test('general:bad_request for an id or a cursor that is none; general:validation_error for what breaks a rule', async () => {
  for (const query of ['user_id=x', 'cursor=x'])
    expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([query, 400, 'general:bad_request'])
  const broken = ['code=user:none', 'email=nobody', 'from=x', 'to=x', 'ip=x', 'request_id=a%20b', 'limit=0']
  for (const query of [...broken, 'from=0000-01-01T00:00:00Z', 'route=%00'])
    expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([
      query,
      400,
      'general:validation_error',
    ])
})

test('user:permission_insufficient: a moderator reads no refusals', async () => {
  const mod = await moderator(app)
  expect(said(await mod.client.get(url))).toEqual([403, 'user:permission_insufficient'])
})
