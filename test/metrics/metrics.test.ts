import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { catalogue } from '../../src/errors/catalogue.ts'
import { said, somebody } from '../moderation/support.ts'
import { offered, passkeys, signIn, signInWith, withPasskey } from '../passkeys/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { signedUp } from '../support/people.ts'
import { SoftPasskey } from '../support/soft-authenticator.ts'

type AlarmGroups = { readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[] }

const token = 'metrics-token-of-the-test'
let app: TestApp
let port: number
beforeAll(async () => {
  port = await freePort()
  app = await startApp({ METRICS_TOKEN: token, METRICS_PORT: String(port), HOST: '127.0.0.1' })
})
afterAll(() => app.close())

const scrape = (authorization?: string) =>
  app.app.inject({ url: '/metrics', headers: { host: 'auth.example.com', ...(authorization && { authorization }) } })
const read = async () => (await scrape(`Bearer ${token}`)).body

describe('GET /metrics', () => {
  test('has whatever the alarms that docs/operate.md shows look at, and their codes are those of the catalogue [AT23]', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8')
    const section = /^## Alarms$[\s\S]*?(?=^## )/m.exec(page)?.[0] ?? ''
    const { groups } = parse(/```yaml\n([\s\S]*?)```/.exec(section)?.[1] ?? '') as AlarmGroups
    const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
    expect(expressions.length).toBeGreaterThan(0)
    const text = await read()
    for (const [name] of expressions.join().matchAll(/postern_\w+/g)) expect(text).toContain(`# TYPE ${name} `)
    const known = catalogue as Readonly<Record<string, { readonly status: number }>>
    const alarmed = [...expressions.join().matchAll(/code=~?"([^"]+)"/g)].flatMap(([, codes = '']) => codes.split('|'))
    const listed = [...section.matchAll(/^\| `(\S+)` \| (\d+) \|/gm)].map(([, code = '', status]) => [
      code,
      Number(status),
    ])
    for (const [code, status] of listed) expect([code, known[code as string]?.status]).toEqual([code, status])
    expect(new Set(alarmed)).toEqual(new Set(listed.map(([code]) => code)))
  })

  test('counts answers by route and status, and errors by their code; never what was sent [LG1]', async () => {
    const { person, client } = await somebody(app)
    await app.client().post('/v0/auth/login', { email: person.email, password: 'not the password' })
    expect(said(await app.client().get('/v0/user/me'))).toEqual([401, 'user:unauthorized'])
    await app.client().get('/nowhere/secret-path')
    await client.get('/health/live')
    const text = await read()
    expect(text).toContain('postern_requests_total{method="POST",route="/v0/auth/login",status="401"} 1')
    expect(text).toContain(
      'postern_errors_total{method="POST",route="/v0/auth/login",code="auth:invalid_credentials"} 1',
    )
    expect(text).toContain('postern_errors_total{method="GET",route="/v0/user/me",code="user:unauthorized"} 1')
    expect(text).toContain('postern_errors_total{method="GET",route="unknown",code="system:not_found"} 1')
    expect(text).toMatch(
      /postern_request_duration_seconds_bucket\{le="0.5",method="POST",route="\/v0\/auth\/login"\} \d/,
    )
    for (const secret of [person.email, person.handle, 'secret-path', '/health/live', token])
      expect(text).not.toContain(secret)
  })

  test('counts passkeys: those that are made, sign-ins by them, and what is refused by its code', async () => {
    const { client, passkey } = await withPasskey(app)
    expect((await signInWith(app.client(), passkey)).status).toBe(204)
    expect((await signInWith(app.client(), passkey, { origin: 'https://example.org' })).status).toBe(401)
    expect((await signInWith(app.client(), new SoftPasskey(), { userHandle: 'AA' })).status).toBe(401)
    expect((await client.post(passkeys, { credential: passkey.create(await offered(client)) })).status).toBe(409)
    const text = await read()
    for (const [what, labels] of [
      ['requests', `route="${passkeys}",status="201"`],
      ['requests', `route="${signIn}",status="204"`],
      ['errors', `route="${passkeys}",code="passkey:already_registered"`],
      ['errors', `route="${signIn}",code="passkey:invalid_assertion"`],
      ['errors', `route="${signIn}",code="passkey:unknown_credential"`],
    ])
      expect(text).toContain(`postern_${what}_total{method="POST",${labels}} 1`)
    for (const secret of [passkey.id, passkey.userHandle]) expect(text).not.toContain(secret)
  })

  test('shows where sessions are looked up, and whether memory may answer', async () => {
    await vi.waitFor(async () => expect(await read()).toMatch(/^postern_sessions_leased 1$/m), { timeout: 5000 })
    const { client } = await signedUp(app)
    const count = async (source: string) =>
      Number(new RegExp(`^postern_session_checks_total\\{source="${source}"\\} (\\d+)$`, 'm').exec(await read())?.[1])
    const [memory, database] = [await count('memory'), await count('database')]
    for (let round = 0; round < 4; round++) await client.get('/v0/user/me')
    expect([await count('memory'), await count('database')]).toEqual([memory + 3, database + 1])
    expect(Number(/^postern_sessions_remembered (\d+)$/m.exec(await read())?.[1])).toBeGreaterThan(0)
  })

  test('shows what waits: hashes, connections, mails, events; and mails that were refused for good [FD32]', async () => {
    const text = await read()
    for (const name of [
      'postern_hashing_running',
      'postern_hashing_waiting',
      'postern_pool_waiting',
      'postern_event_listeners',
    ])
      expect(text).toMatch(new RegExp(`^${name} 0$`, 'm'))
    expect(text).toMatch(/^postern_pool_connections [1-9]\d*$/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
    await app.sql(
      `insert into mails (id, kind, payload, created_at, expires_at)
       values (gen_random_uuid(), 'message', 'x', now() - interval '100 seconds', now() + interval '1 hour')`,
    )
    await app.sql(
      `insert into mails (id, kind, refusal, created_at, expires_at)
       select gen_random_uuid(), kind, '550 5.1.1', now() - age, now() + interval '1 hour'
       from (values ('message', interval '1 hour'), ('message', interval '2 days'), ('probe', interval '1 hour')) as m (kind, age)`,
    )
    const after = await read()
    expect(after).toMatch(/^postern_mails_waiting 1$/m)
    expect(after).toMatch(/^postern_mails_refused 1$/m)
    expect(Number(/^postern_mails_oldest_seconds (.*)$/m.exec(after)?.[1])).toBeGreaterThanOrEqual(100)
    expect(after).toMatch(/^postern_events_waiting \d+$/m)
  })

  test.each([undefined, 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`])(
    'user:unauthorized with %s [HT4]',
    async (authorization) => {
      const { statusCode, headers } = await scrape(authorization)
      expect([statusCode, headers['x-error-code']]).toEqual([401, 'user:unauthorized'])
    },
  )

  test('on its own port without a token, and nothing else there', async () => {
    const reply = await fetch(`http://127.0.0.1:${port}/metrics`)
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')])
    expect(await reply.text()).toContain('postern_requests_total')
    expect((await fetch(`http://127.0.0.1:${port}/v0/user/me`)).status).toBe(404)
  })

  test('system:not_found where nothing is set', async () => {
    const silent = await startApp({ METRICS_TOKEN: undefined })
    expect(said(await silent.client().get('/metrics'))).toEqual([404, 'system:not_found'])
    await silent.close()
  })
})
