import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { signedUp } from '../support/people.ts'
import { type OwnRedis, startOwnRedis } from '../support/redis.ts'

// Networks of this run alone, as a Redis may be shared; and no address twice.
let latest = randomBytes(3).readUIntBE(0, 3)
function somebody(): string {
  latest = (latest + 1) % 2 ** 24
  return `10.${latest >> 16}.${(latest >> 8) & 255}.${latest & 255}`
}
const someSite = (): string => `2001:db8:${randomBytes(2).toString('hex')}`

/** Sign-in tries that say nothing: what answers them is the limit, or the check of the body behind it. */
const knock = (app: TestApp, remoteAddress: string, url = '/v0/auth/login'): Promise<Answer> =>
  app.client().post(url, {}, { remoteAddress })

const knockOften = (app: TestApp, times: number, remoteAddress: string, url?: string): Promise<Answer[]> =>
  Promise.all(Array.from({ length: times }, () => knock(app, remoteAddress, url)))

const passed = (answers: readonly Answer[]): number =>
  answers.filter(({ code }) => code === 'general:bad_request').length
const refused = (answers: readonly Answer[]): number =>
  answers.filter(({ code }) => code === 'rate_limit:exceeded').length

describe.each([
  ['PostgreSQL', () => ({})],
  ['Redis', () => ({ REDIS_URL: inject('redisUrl') })],
])('counted in %s', (_, env) => {
  let app: TestApp
  let other: TestApp
  beforeAll(async () => {
    app = await startApp({ ...env(), RATE_LIMITS: 'on' })
    other = await startApp({ ...env(), RATE_LIMITS: 'on', DATABASE_URL: app.config.databaseUrl })
  })
  afterAll(async () => {
    await other.close()
    await app.close()
  })

  test('sixty sign-ins a minute pass, all forms together, before anything is validated [RL4]', async () => {
    const address = somebody()
    const answers = await Promise.all([
      knockOften(app, 40, address),
      knockOften(app, 25, address, '/v0/app/auth/login'),
      knockOften(app, 5, `::ffff:${address}`),
    ])
    expect([passed(answers.flat()), refused(answers.flat())]).toEqual([60, 10])
    expect(passed(await knockOften(app, 2, somebody()))).toBe(2)
  })

  test('every replica counts', async () => {
    const address = somebody()
    const answers = await Promise.all([knockOften(app, 35, address), knockOften(other, 35, address)])
    expect([passed(answers.flat()), refused(answers.flat())]).toEqual([60, 10])
  })

  test('RateLimit-Policy, RateLimit and Retry-After say how much is left [RL3]', async () => {
    const address = somebody()
    const first = await knock(app, address)
    expect(first.headers['ratelimit-policy']).toBe('"sign-in";q=60;w=60')
    expect(first.headers.ratelimit).toMatch(/^"sign-in";r=59;t=(?:59|60)$/)
    expect(first.headers).not.toHaveProperty('retry-after')
    await knockOften(app, 59, address)
    const last = await knock(app, address)
    const seconds = /^"sign-in";r=0;t=([1-9]\d?)$/.exec(String(last.headers.ratelimit))?.[1]
    expect([last.status, last.code, last.headers['retry-after']]).toEqual([429, 'rate_limit:exceeded', seconds])
    expect(Number(seconds)).toBeLessThanOrEqual(60)
  })

  test('an IPv6 /64 is one client, whatever its spelling, and its /48 has ten times as much [RL2]', async () => {
    const site = someSite()
    const spellings = [`${site}:1::1`, `${site}:1:0:0:0:2`, `${site.toUpperCase()}:0001:dead:beef::`]
    const answers = await Promise.all(spellings.map((address) => knockOften(app, 21, address)))
    expect([passed(answers.flat()), refused(answers.flat())]).toEqual([60, 3])
    // What was refused has counted for the /48 as well.
    for (let subnet = 2; subnet <= 9; subnet++)
      expect(passed(await knockOften(app, 60, `${site}:${subnet}::1`))).toBe(60)
    expect(passed(await knockOften(app, 60, `${site}:a::1`))).toBe(57)
    expect((await knock(app, `${site}:b::1`)).code).toBe('rate_limit:exceeded')
    expect((await knock(app, `${someSite()}:b::1`)).code).toBe('general:bad_request')
  })

  test.each([
    '//v0/auth/login',
    '/v0//auth/login',
    '/v0/auth//login',
    '/v0/auth/login/',
    '/V0/AUTH/LOGIN',
    '/v0/auth/Login',
    '/v0/auth/%6Cogin',
    '/v0/auth%2Flogin',
    '/v0/auth/%2e/login',
    '/v0/auth/./login',
    '/v0/x/../auth/login',
    '/v0/auth/login;x=1',
    '/v0/auth/login?x=1',
    '/v0/auth/login%20',
    '/v0/auth/login%00',
  ])('%s does not get round the limit [RL4]', async (url) => {
    const address = somebody()
    await knockOften(app, 60, address)
    expect(['rate_limit:exceeded', 'system:not_found']).toContain((await knock(app, address, url)).code)
  })
})

describe('limits that are counted apart', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp({ RATE_LIMITS: 'on' })
  })
  afterAll(() => app.close())

  test.each([
    ['POST', '/v0/auth/signup', '"sign-up";q=20;w=3600'],
    ['POST', '/v0/auth/forgot-password', '"mail";q=20;w=3600'],
    ['POST', '/v0/auth/resend-verification-email', '"mail";q=20;w=3600'],
    ['POST', '/v0/auth/login', '"sign-in";q=60;w=60'],
    ['POST', '/v0/app/auth/login', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/totp/verify', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/reauthenticate', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/change-password', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/set-initial-password', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/reset-password', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/change-email', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/undo-email-change', '"sign-in";q=60;w=60'],
    ['DELETE', '/v0/user/me', '"sign-in";q=60;w=60'],
    ['POST', '/v0/auth/verify-email', '"default";q=600;w=60'],
    ['GET', '/v0/errors', '"default";q=600;w=60'],
    ['GET', '/v0/user/me', undefined],
    ['GET', '/health/ready', undefined],
  ])('%s %s: %s [AT3]', async (method, url, policy) => {
    const { headers } = await app.client().send(method, url, { remoteAddress: somebody() })
    expect(headers['ratelimit-policy']).toBe(policy)
    expect(headers.ratelimit === undefined).toBe(policy === undefined)
  })

  test('whatever hashes a password is one class: sixty a minute of all together [AT3]', async () => {
    const address = somebody()
    const routes = ['change-password', 'reset-password', 'reauthenticate', 'change-email', 'login', 'undo-email-change']
    const answers = await Promise.all(routes.map((route) => knockOften(app, 11, address, `/v0/auth/${route}`)))
    expect(refused(answers.flat())).toBe(6)
  })

  test('the twenty-first sign-up of an hour is refused, a sign-in is not', async () => {
    const address = somebody()
    const answers = await knockOften(app, 21, address, '/v0/auth/signup')
    expect([passed(answers), refused(answers)]).toEqual([20, 1])
    expect(passed(await knockOften(app, 1, address))).toBe(1)
  })

  test('forgot-password and resend together pass twenty times an hour, a /48 ten times as often [AT2 RL6]', async () => {
    const both = ['/v0/auth/forgot-password', '/v0/auth/resend-verification-email']
    const ask = async (address: string, times: number) =>
      (await Promise.all(both.map((url) => knockOften(app, times, address, url)))).flat()
    const answers = await ask(somebody(), 11)
    expect([passed(answers), refused(answers)]).toEqual([20, 2])
    const site = someSite()
    for (let subnet = 1; subnet <= 10; subnet++) expect(passed(await ask(`${site}:${subnet}::1`, 10))).toBe(20)
    expect(passed(await ask(`${site}:b::1`, 1))).toBe(0)
    expect(passed(await ask(`${someSite()}:b::1`, 1))).toBe(2)
  })

  test('RateLimit never speaks of more time than its window has [RL3]', async () => {
    // Before that a sum of the clock and a minute is exact by chance, and nothing is rounded.
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(2 ** 16 - 60_000), { timeout: 6000 })
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => app.client().get('/v0/errors', { remoteAddress: somebody() })),
    )
    expect(new Set(answers.map(({ headers }) => headers.ratelimit))).toEqual(new Set(['"default";r=599;t=60']))
  })

  test('the highest factor that may be set makes no count too high for PostgreSQL', async () => {
    const generous = await startApp({ RATE_LIMITS: '1000000' })
    try {
      const { person } = await signedUp(generous)
      const client = generous.client()
      const wrong = await client.post('/v0/auth/login', { email: person.email, password: 'not the one' })
      expect([wrong.status, wrong.headers['x-error-code']]).toEqual([401, 'auth:invalid_credentials'])
      expect((await client.post('/v0/auth/forgot-password', { email: person.email })).status).toBe(204)
    } finally {
      await generous.close()
    }
  })

  test('RATE_LIMITS scales them, off takes them away', async () => {
    const [half, off] = await Promise.all([startApp({ RATE_LIMITS: '0.5' }), startApp({ RATE_LIMITS: 'off' })])
    const answers = await knockOften(half, 31, somebody())
    expect([passed(answers), refused(answers)]).toEqual([30, 1])
    expect((await half.client().post('/v0/auth/login', {})).headers['ratelimit-policy']).toBe('"sign-in";q=30;w=60')
    const free = await knockOften(off, 100, somebody())
    expect(passed(free)).toBe(100)
    expect(free[0]?.headers).not.toHaveProperty('ratelimit')
    await Promise.all([half.close(), off.close()])
  })
})

describe('with a Redis that gets lost', () => {
  let redis: OwnRedis
  let app: TestApp
  beforeAll(async () => {
    redis = await startOwnRedis()
    app = await startApp({ REDIS_URL: redis.url, RATE_LIMITS: 'on' })
  })
  afterAll(async () => {
    await app.close()
    await redis.stop()
  })

  test('the limit goes on in memory, and in Redis again once it is back [FT4]', async () => {
    const address = somebody()
    expect((await knockOften(app, 10, address)).map(({ code }) => code)).toEqual(Array(10).fill('general:bad_request'))
    await redis.kill()
    const meanwhile = await knockOften(app, 70, address)
    expect(passed(meanwhile)).toBeGreaterThanOrEqual(50)
    expect(refused(meanwhile)).toBe(70 - passed(meanwhile))
    expect((await knock(app, address)).code).toBe('rate_limit:exceeded')

    // It comes back empty: whoever was refused in memory passes as soon as Redis counts.
    await redis.start()
    await vi.waitFor(async () => expect((await knock(app, address)).code).toBe('general:bad_request'), {
      timeout: 10_000,
      interval: 50,
    })
  })
})
