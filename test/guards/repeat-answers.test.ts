import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { RouteShorthandOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { guard } from '../../src/http/guard.ts'
import { frontendUrl, startApp, type TestApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { signedUp } from '../support/people.ts'
import { useHandled } from './handled.ts'

const me = '/v0/user/me'
const check = '/v0/auth/check'

let app: TestApp
beforeAll(async () => {
  app = await startApp()
  await vi.waitFor(() => expect(app.deps.replicas.isLeased()).toBe(true), { timeout: 10_000 })
})
afterAll(() => app.close())

const handled = useHandled()

/** What an answer says, without what is each answer's own. */
function wordsOf({ status, body, headers }: Answer) {
  const { date: _date, 'x-request-id': id, ...rest } = headers
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  return { status, body, headers: rest }
}

/** Somebody of whom both answers are known: not as long as a transaction runs, in whatever test, that began before the sign-up ended. */
async function remembered(urls = [me, check]) {
  const { person, client } = await signedUp(app)
  const first = new Map<string, Answer>()
  for (const url of urls) first.set(url, await client.get(url))
  const areRepeated = async () => {
    handled.count = 0
    for (const url of urls) await client.get(url)
    expect(handled.count).toBe(0)
  }
  await vi.waitFor(areRepeated, { timeout: 10_000 })
  return { person, client, first, token: client.cookies.get('__Host-session_id') ?? '' }
}

describe('an answer about a session that is remembered', () => {
  test.each([me, check])('%s: the same again, without Fastify, under an id of its own', async (url) => {
    const { client, first } = await remembered([url])
    const [before, second] = [first.get(url) as Answer, await client.get(url)]
    expect(wordsOf(second)).toEqual(wordsOf(before))
    expect(second.headers['x-request-id']).not.toBe(before.headers['x-request-id'])
    expect((await client.get(url, { headers: { 'x-request-id': 'of-the-caller' } })).headers).toMatchObject({
      'x-request-id': 'of-the-caller',
    })
    expect(handled.count).toBe(0)
  })

  test('goes to each session alone, by cookie and by bearer', async () => {
    const [one, other] = [await remembered(), await remembered()]
    expect((await one.client.get(me)).body.email).toBe(one.person.email)
    expect((await other.client.get(me)).body.email).toBe(other.person.email)
    const bearer = await app.client().get(me, { headers: { authorization: `Bearer ${one.token}` } })
    expect(bearer.body.email).toBe(one.person.email)
    expect(handled.count).toBe(0)
    expect((await app.client().get(me)).code).toBe('user:unauthorized')
    const damaged = `${one.token.slice(0, -1)}${one.token.endsWith('A') ? 'B' : 'A'}`
    expect((await app.client().get(me, { headers: { authorization: `Bearer ${damaged}` } })).code).toBe(
      'user:invalid_session',
    )
  })

  test.each([
    ['from the front end', me, 'GET', { origin: frontendUrl }],
    ['from any other page', me, 'GET', { origin: 'https://evil.example' }],
    ['with a query', `${me}?of=mine`, 'GET', {}],
    ['for the head alone', me, 'HEAD', {}],
  ] as const)('is asked for %s: Fastify answers', async (_name, url, method, headers) => {
    const { client } = await remembered()
    const { foundIn } = app.deps.remembered
    const before = foundIn.memory
    expect((await client.send(method, url, { headers })).status).toBe(200)
    expect([handled.count, foundIn.memory - before]).toEqual([1, 1])
    expect((await client.get(me)).headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('asked for by the front end first, it is no answer for anybody else', async () => {
    const { client } = await signedUp(app)
    const fromThere = await client.get(me, { headers: { origin: frontendUrl } })
    expect(fromThere.headers['access-control-allow-origin']).toBe(frontendUrl)
    expect((await client.get(me)).headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('a proxy that forwards no address is refused all the same', async () => {
    const { client } = await remembered()
    expect((await client.get(me, { remoteAddress: 'somewhere' })).code).toBe('general:invalid_ip_address')
  })

  test('ends with the session [SE5]', async () => {
    const { client, token } = await remembered()
    expect((await client.post('/v0/auth/logout')).status).toBe(204)
    for (const url of [me, check])
      expect((await app.client().get(url, { headers: { authorization: `Bearer ${token}` } })).code).toBe(
        'user:invalid_session',
      )
  })

  test('a change shows at once, and so does a ban', async () => {
    const { client, person } = await remembered()
    await client.send('PATCH', me, { body: { display_name: 'Somebody Else' } })
    expect((await client.get(me)).body.display_name).toBe('Somebody Else')
    expect((await client.get(me)).body.display_name).toBe('Somebody Else')
    await client.get(check)
    await app.sql('update users set banned_at = now() where email = $1', [person.email])
    expect([(await client.get(check)).code, (await client.get(check)).code]).toEqual(['user:banned', 'user:banned'])
    expect([(await client.get(me)).body.is_banned, (await client.get(me)).body.is_banned]).toEqual([true, true])
  })

  test('is counted as found in memory once, and so is the first of another route', async () => {
    const { client } = await remembered([me])
    const { foundIn } = app.deps.remembered
    const before = foundIn.memory
    const found: number[] = []
    for (const url of [check, check, me]) {
      await client.get(url)
      found.push(foundIn.memory - before)
    }
    expect([found, handled.count]).toEqual([[1, 2, 3], 1])
  })

  test('is counted like any other', async () => {
    const { client } = await remembered()
    const counted = async () =>
      Number(/requests_total\{method="GET",route="\/v0\/auth\/check",status="204"\} (\d+)/.exec(await metrics())?.[1])
    const metrics = async () => (await app.deps.metrics?.read())?.text ?? ''
    const before = await counted()
    for (let round = 0; round < 3; round++) await client.get(check)
    expect([await counted(), handled.count]).toEqual([before + 3, 0])
  })
})

test('an access token has Fastify answer', async () => {
  const { client } = await remembered()
  const { body } = await client.post('/v0/auth/token')
  handled.count = 0
  const headers = { authorization: `Bearer ${body.access_token}` }
  for (let round = 0; round < 3; round++) expect((await app.client().get(me, { headers })).status).toBe(200)
  expect(handled.count).toBe(3)
})

test('once closing has begun it says that its connection ends', async () => {
  const closing = await startApp()
  try {
    await vi.waitFor(() => expect(closing.deps.replicas.isLeased()).toBe(true), { timeout: 10_000 })
    const { client } = await signedUp(closing)
    await client.get(me)
    const connected = once(closing.app.server, 'connection')
    const socket = connect(Number(new URL(closing.origin).port), '127.0.0.1')
    const received = text(socket)
    const cookie = `__Host-session_id=${client.cookies.get('__Host-session_id')}`
    socket.write(`GET ${me} HTTP/1.1\r\nHost: auth.example.com\r\nCookie: ${cookie}\r\nX-Request-`)
    const [peer] = (await connected) as [Socket]
    await vi.waitFor(() => expect(peer.bytesRead).toBeGreaterThan(0))
    const closed = closing.app.close()
    await vi.waitFor(() => expect(closing.app.server.listening).toBe(false))
    socket.write('Id: last\r\n\r\n')
    expect(await received).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*^connection: close\r$/im)
    await closed
  } finally {
    await closing.close()
  }
})

test('without memory Fastify answers', async () => {
  const forgetful = await startApp({ SESSION_MEMORY_MIB: '0' })
  try {
    const { client } = await signedUp(forgetful)
    handled.count = 0
    for (let round = 0; round < 3; round++) expect((await client.get(me)).status).toBe(200)
    expect(handled.count).toBe(3)
  } finally {
    await forgetful.close()
  }
})

describe('the server does not start where what would be skipped looks at more than the session', () => {
  const base = { access: 'session', limit: 'none', repeatable: true } as const
  const pass = async () => {}
  const start = async (options: Pick<RouteShorthandOptions, 'config' | 'onRequest' | 'preHandler'>) => {
    const other = await buildApp(app.deps)
    other.get('/more', { config: base, ...options }, async () => undefined)
    try {
      await other.ready()
    } finally {
      await other.close()
    }
  }

  test.each<[string, Parameters<typeof start>[0]]>([
    ['a limit, which counts requests', { config: { ...base, limit: 'default' } }],
    ['a bot check', { config: { ...base, turnstile: true } }],
    ['a guard of its own', { onRequest: guard('request', [], pass) }],
    ['a hook that does not say what it looks at', { preHandler: pass }],
  ])('%s', async (_what, options) => {
    await expect(start(options)).rejects.toThrow(
      '/more is repeatable, but a guard of it looks at more than the session',
    )
  })

  test('it starts with a guard that looks at the session', async () => {
    await start({ onRequest: guard('session', [], pass) })
  })
})
