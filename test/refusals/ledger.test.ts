import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { catalogue } from '../../src/errors/catalogue.ts'
import { commands } from '../../src/operator/commands.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { mailedToken, newPerson, signedUp, signUp } from '../support/people.ts'
import { writtenRefusals } from '../support/refusals.ts'
import { runAdmin } from '../support/server-process.ts'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

type Row = Readonly<Record<string, unknown>>
const rowsOf = async (where = 'true', values: unknown[] = [], from = app) => {
  await writtenRefusals(from)
  return from.sql<Row>(
    `select request_id, method, route, code, user_id, address_digest, network, contract from refusals
     where ${where} order by refused_at, id`,
    values,
  )
}
/** The command without a process of its own, which takes a second each. */
const show = async (options: Readonly<Record<string, string>>) => {
  await writtenRefusals(app)
  const { says, data, exitCode = 0 } = (await commands.refusals?.run(app.config, [], options)) ?? { says: '' }
  return { out: says, data, code: exitCode }
}
let networks = 0
const fromAnywhere = () => `198.51.100.${(networks++ % 250) + 1}`
const logIn = (body: object, headers: Record<string, string> = {}) =>
  app.client().post('/v0/auth/login', body, { headers: { 'x-forwarded-for': fromAnywhere(), ...headers } })

test('a refusal is kept by its request id, with the account whose address was sent, and nothing that was sent [RF1]', async () => {
  const { person, client } = await signedUp(app)
  const { id } = (await client.get('/v0/user/me')).body
  const secret = 'not the right password'
  const refused = await logIn(
    { email: ` ${person.email.toUpperCase()}`.trim(), password: secret },
    { 'x-request-id': 'reference-1', 'x-contract': '0123456789abcdef', 'x-forwarded-for': '203.0.113.7' },
  )
  expect(said(refused)).toEqual([401, 'auth:invalid_credentials'])
  expect(await rowsOf("request_id = 'reference-1'")).toEqual([
    {
      request_id: 'reference-1',
      method: 'POST',
      route: '/v0/auth/login',
      code: 'auth:invalid_credentials',
      user_id: id,
      address_digest: expect.stringMatching(/^[\w-]{43}$/),
      network: '203.0.113.7',
      contract: '0123456789abcdef',
    },
  ])
  const [{ all } = {}] = await app.sql<{ all: string }>('select jsonb_agg(one)::text as all from refusals one')
  for (const sent of [person.email, secret]) expect(all?.toLowerCase()).not.toContain(sent.toLowerCase())
})

test('an account gets no row any more once it is erased, of what was refused just before either [RF1]', async () => {
  const { person, client } = await signedUp(app)
  const headers = { 'x-request-id': 'reference-of-the-erased' }
  const refused = await client.send('PATCH', '/v0/user/me', { body: { handle: 7 }, headers })
  expect(said(refused)).toEqual([400, 'general:bad_request'])
  const ended = await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })
  expect(ended.status).toBe(204)
  expect(await rowsOf("request_id = 'reference-of-the-erased'")).toEqual([])
})

test('npm run admin -- refusals: by request, account, code and network, with the advice of the code [RF1]', async () => {
  const person = await signUp(app, newPerson())
  const headers = { 'x-request-id': 'reference-2', 'x-forwarded-for': '2001:db8:1:2::3' }
  expect(said(await logIn({ email: person.email, password: person.password }, headers))).toEqual([
    401,
    'user:not_verified',
  ])
  const { meaning, advice } = catalogue['user:not_verified']
  for (const options of [
    { request: 'reference-2' },
    { user: person.email },
    { code: 'user:not_verified' },
    { network: '2001:db8:1:2:ffff::1' },
    { user: person.email, code: 'user:not_verified', request: 'reference-2' },
  ]) {
    const { code, out } = await show(options)
    expect([options, code]).toEqual([options, 0])
    expect(out).toMatch(
      /^\S+Z {2}POST \/v0\/auth\/login {2}user:not_verified {2}from 2001:db8:1:2::\/64 {2}request reference-2$/m,
    )
    expect(out).toContain(`    ${meaning}\n    ${advice}`)
  }
  const { code, out } = await runAdmin(app, ['refusals', '--request', 'reference-2', '--json'])
  expect([code, JSON.parse(out)]).toMatchObject([0, [{ request_id: 'reference-2', status: 401, advice }]])
  const none = { code: 0, out: 'There are none in the last seven days.' }
  for (const options of [{ request: 'reference-3' }, { user: 'nobody@example.net' }, { code: 'totp:already_enabled' }])
    expect(await show(options)).toMatchObject(none)
  expect(await show({ code: 'user:no_such_code' })).toMatchObject({
    code: 2,
    out: 'There is no code user:no_such_code.',
  })
  expect(await show({ network: 'example.com' })).toMatchObject({ code: 2, out: 'example.com is no IP address.' })
})

test('what is no riddle is left out: guests, session checks, unknown paths, probes, successes', async () => {
  const headers = { 'x-request-id': 'left-out' }
  const bad = { ...headers, authorization: `Bearer pss_${'x'.repeat(40)}` }
  for (const path of ['/v0/auth/sessions', '/v0/user/me', '/v0/nothing', '/health/ready', '/v0/errors'])
    await app.client().get(path, { headers })
  for (const path of ['/v0/user/me', '/v0/auth/check']) {
    expect((await app.client().get(path, { headers: bad })).status).toBe(401)
  }
  expect(await rowsOf("request_id = 'left-out'")).toEqual([])
})

test('a refusal of somebody who is signed in is theirs; it is in their export, and goes with the account [RF3]', async () => {
  const { person, client } = await signedUp(app)
  const { id } = (await client.get('/v0/user/me')).body
  expect((await client.post('/v0/auth/totp/enable', { code: '000000' })).status).toBe(400)
  expect(said(await logIn({ email: person.email, password: 'not the right password' }))).toEqual([
    401,
    'auth:invalid_credentials',
  ])
  expect((await rowsOf('user_id = $1', [id])).map(({ code }) => code)).toEqual([
    expect.stringMatching(/^totp:/),
    'auth:invalid_credentials',
  ])
  const { refusals } = (await client.get('/v0/user/me/export')).body as { refusals: Row[] }
  expect(refusals.map(({ route }) => route)).toEqual(['/v0/auth/login', '/v0/auth/totp/enable'])
  expect((await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })).status).toBeLessThan(300)
  await mailedToken(app, person.email).catch(() => undefined)
  expect(await rowsOf('user_id = $1', [id])).toEqual([])
})

test('whatever strangers send, the batch is written: no address of theirs, no program, no id that is none', async () => {
  const strange = { password: 'x', 'x-request-id': 'odd' }
  for (const email of [
    'a\u0000b@example.com',
    'a\ud800@example.com',
    'x'.repeat(5000),
    { a: 1 },
    ['a'],
    7,
    null,
    '"\\',
    'no address 🎹',
  ]) {
    const answer = await logIn({ email, ...strange }, { 'user-agent': `${'\t\x80é'.repeat(2000)}` })
    expect(answer.status).toBeGreaterThanOrEqual(400)
  }
  await logIn({ email: 'nobody@example.com', password: 'x' }, { 'x-contract': "'; drop table refusals; --" })
  const rows = await rowsOf("route = '/v0/auth/login'")
  expect(rows.length).toBeGreaterThanOrEqual(10)
  expect(rows.at(-1)).toMatchObject({ contract: null, user_id: null })
  expect(app.warnings.filter(({ msg }) => msg.includes('refusals'))).toEqual([])
})

describe('while PostgreSQL takes no rows', () => {
  test('requests are answered as ever, what waits is bounded, and is written afterwards [RF4]', async () => {
    const client = await app.deps.pool.connect()
    await client.query('begin')
    await client.query('lock table refusals in access exclusive mode')
    try {
      const before = app.deps.refusals?.counts.written
      const startedAt = performance.now()
      expect((await logIn({ email: 'x', password: '' }, { 'x-request-id': 'locked-out' })).status).toBe(400)
      expect(performance.now() - startedAt).toBeLessThan(5000)
      await app.deps.refusals?.flush()
      await sleep(0)
      expect(app.deps.refusals?.counts.written).toBe(before)
    } finally {
      await client.query('rollback')
      client.release()
    }
    await vi.waitFor(async () => expect((await rowsOf("request_id = 'locked-out'")).length).toBe(1), {
      timeout: 10_000,
    })
  })
})

test('rows are deleted after seven days', async () => {
  await logIn({ email: 'x', password: '' }, { 'x-request-id': 'old' })
  expect((await rowsOf("request_id = 'old'")).length).toBe(1)
  await app.sql("update refusals set refused_at = now() - interval '8 days' where request_id = 'old'")
  const { sweep } = await import('../../src/worker/sweep.ts')
  await sweep(app.deps.db)
  expect(await rowsOf("request_id = 'old'")).toEqual([])
  expect((await rowsOf()).length).toBeGreaterThan(0)
})

test('REFUSAL_LEDGER=off keeps none', async () => {
  const silent = await startApp({ REFUSAL_LEDGER: 'off' })
  expect((await silent.client().post('/v0/auth/login', {})).status).toBe(400)
  expect(await rowsOf('true', [], silent)).toEqual([])
  expect(silent.deps.refusals).toBeUndefined()
  await silent.close()
})
