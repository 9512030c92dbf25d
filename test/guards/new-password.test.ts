import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { keepSecret } from '../support/canary.ts'
import { type Answer, seen } from '../support/client.ts'
import { mailedToken, newPerson, signedUp } from '../support/people.ts'
import { type Manner, openRangeService, type RangeService, says, sha1Of, tellsAll } from '../support/range-service.ts'

let service: RangeService
let app: TestApp
let strict: TestApp
beforeAll(async () => {
  service = await openRangeService()
  const env = { BREACHED_PASSWORDS_URL: service.url }
  ;[app, strict] = await Promise.all([startApp(env), startApp({ ...env, BREACHED_PASSWORDS_REQUIRED: 'on' })])
})
afterAll(async () => {
  await Promise.all([app.close(), strict.close()])
  await service.stop()
})
beforeEach(() => {
  service.manner = tellsAll
  service.asked.length = 0
})

/** No two of one range, which is asked for once. */
const freshPassword = () => `passphrase ${randomUUID()}`

function leakedPassword(): string {
  const password = freshPassword()
  service.leak(password)
  return password
}

const hangs: Manner = () => undefined
const metricsOf = async ({ app, config }: TestApp): Promise<string> =>
  (await app.inject({ url: '/metrics', headers: { authorization: `Bearer ${config.metricsToken}` } })).body
const countOf = async (app: TestApp, outcome: string): Promise<number> =>
  Number(
    new RegExp(`^postern_breached_checks_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(await metricsOf(app))?.[1],
  )

type Setter = (password: string) => Promise<Answer>

/** Somebody at each route where a password is set; the same person each time it is called. */
const routes: readonly {
  readonly url: string
  readonly field: string
  readonly done: number
  readonly begin: (app: TestApp) => Promise<Setter>
}[] = [
  {
    url: '/v0/auth/signup',
    field: '/password',
    done: 202,
    begin: async (app) => {
      const person = newPerson()
      return (password) => app.client().post('/v0/auth/signup', { ...person, password })
    },
  },
  {
    url: '/v0/auth/reset-password',
    field: '/new_password',
    done: 204,
    begin: async (app) => {
      const { person } = await signedUp(app)
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      const token = await mailedToken(app, person.email, 2)
      return (password) => app.client().post('/v0/auth/reset-password', { token, new_password: password })
    },
  },
  {
    url: '/v0/auth/change-password',
    field: '/new_password',
    done: 204,
    begin: async (app) => {
      const { person, client } = await signedUp(app)
      const current = { current_password: person.password }
      return (password) => client.post('/v0/auth/change-password', { ...current, new_password: password })
    },
  },
  {
    url: '/v0/auth/set-initial-password',
    field: '/new_password',
    done: 204,
    begin: async (app) => {
      const { person, client } = await signedUp(app)
      await app.sql('update users set password_hash = null where email = $1', [person.email])
      return (password) => client.post('/v0/auth/set-initial-password', { new_password: password })
    },
  },
]

describe.each(routes)('POST $url', ({ field, done, begin }) => {
  test('general:validation_error: a password that leaked is refused, and nothing used up; another is taken [PW7]', async () => {
    const set = await begin(app)
    const { status, code, body } = await set(leakedPassword())
    expect([status, code, body.fields]).toEqual([400, 'general:validation_error', [{ path: field, rule: 'breached' }]])
    expect((await set(freshPassword())).status).toBe(done)
  })

  test('while the service is away any password is taken, and counted as not looked up [PW9 FT14]', async () => {
    const set = await begin(app)
    const before = await countOf(app, 'unavailable')
    service.manner = says(String, 500)
    expect((await set(leakedPassword())).status).toBe(done)
    expect(await countOf(app, 'unavailable')).toBe(before + 1)
  })

  test('password:check_unavailable where it is required; nothing is used up, and it works once the service is back [PW9 FT14]', async () => {
    const set = await begin(strict)
    const password = freshPassword()
    service.manner = says(String, 500)
    const { status, code, headers } = await set(password)
    expect([status, code]).toEqual([503, 'password:check_unavailable'])
    expect(headers['retry-after']).toMatch(/^[1-9]\d*$/)
    service.manner = tellsAll
    expect((await set(password)).status).toBe(done)
  })

  test('what breaks another rule is not looked up [PW7]', async () => {
    const set = await begin(app)
    service.asked.length = 0
    for (const password of ['too short', 'PassWord1234', '']) expect((await set(password)).status).toBe(400)
    expect(service.asked).toEqual([])
  })
})

const signUp = (password: string, on = app, more: object = {}, headers: Record<string, string> = {}) =>
  on.client().post('/v0/auth/signup', { ...newPerson(more), password }, { headers })

test('nor is the name of whoever changes theirs, or the password that they have [PW3 PW7]', async () => {
  const { person, client } = await signedUp(app, { display_name: 'A Name of Some Length' })
  service.asked.length = 0
  const change = async (new_password: string) =>
    (await client.post('/v0/auth/change-password', { current_password: person.password, new_password })).body.fields
  expect(await change(person.display_name)).toEqual([{ path: '/new_password', rule: 'personal' }])
  expect(await change(person.password)).toEqual([{ path: '/new_password', rule: 'unchanged' }])
  expect(service.asked).toEqual([])
})

describe('what leaves', () => {
  test('is five hex digits, padded and under our name, and nothing else; none of the rest is in a log, metric or span [PW8]', async () => {
    const password = leakedPassword()
    const hash = sha1Of(password)
    for (const secret of [hash, hash.slice(5)]) for (const text of [secret, secret.toLowerCase()]) keepSecret(text)
    await signUp(password)
    service.manner = says(() => 'garbage', 500)
    const other = freshPassword()
    const otherHash = sha1Of(other)
    for (const secret of [otherHash, otherHash.slice(5)]) keepSecret(secret)
    await signUp(other)
    expect(service.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['GET', `/range/${hash.slice(0, 5)}`, ''],
      ['GET', `/range/${otherHash.slice(0, 5)}`, ''],
    ])
    const { host, connection, ...headers } = service.asked[0]?.headers ?? {}
    expect(headers).toEqual({
      accept: 'text/plain',
      'accept-encoding': 'identity',
      'add-padding': 'true',
      'user-agent': expect.stringMatching(/^postern\/\d+\.\d+\.\d+$/),
    })
  })

  test('the form that is kept, and the one that was typed where it is another: é in both forms [PW7]', async () => {
    const composed = `Crème brûlée ${randomUUID()}`.normalize('NFC')
    const decomposed = composed.normalize('NFD')
    expect(sha1Of(composed)).not.toBe(sha1Of(decomposed))
    service.leak(composed)
    for (const typed of [composed, decomposed]) expect((await signUp(typed)).code).toBe('general:validation_error')
    const ligature = `ﬁne ﬂour ${randomUUID()}`
    service.leak(ligature)
    expect((await signUp(ligature)).code).toBe('general:validation_error')
    expect((await signUp(ligature.normalize('NFKC'))).status).toBe(202)
  })
})

describe('EMAIL_SIGN_UP=on, where a sign-up may do without a password', () => {
  test('one that is sent is looked up as ever, and none is asked for where there is none [PW7]', async () => {
    const checked = await startApp({ BREACHED_PASSWORDS_URL: service.url, EMAIL_SIGN_UP: 'on' })
    const answer = await signUp(leakedPassword(), checked)
    expect([answer.status, answer.code]).toEqual([400, 'general:validation_error'])
    service.asked.length = 0
    const { password: _, ...person } = newPerson()
    expect((await checked.client().post('/v0/auth/signup', person)).status).toBe(202)
    expect(service.asked).toEqual([])
    await checked.close()
  })
})

describe('an address that is registered', () => {
  test('gets the same answers as any other, and the service is asked as often [PW10]', async () => {
    const { person } = await signedUp(app)
    for (const manner of [tellsAll, says(String, 500)]) {
      const compared = []
      for (const email of [person.email, newPerson().email]) {
        service.manner = manner
        service.asked.length = 0
        const answers = [await signUp(leakedPassword(), app, { email }), await signUp(freshPassword(), app, { email })]
        compared.push([answers.map(seen), service.asked.length])
      }
      expect(compared[0]).toEqual(compared[1])
      expect(compared[0]?.[1]).toBe(2)
    }
  })
})

describe('a password that a mailed link sets', () => {
  const [, resetRoute] = routes
  const resetBy = (token: string, password: string, on = strict) =>
    on.client().post('/v0/auth/reset-password', { token, new_password: password })

  test('is looked up after the link: whoever has none makes nobody look anything up [PW9]', async () => {
    service.manner = hangs
    const dead = makeToken('mailed').text
    const answers = await Promise.all(Array.from({ length: 20 }, () => resetBy(dead, leakedPassword())))
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['token:invalid_reset']))
    expect(service.asked).toEqual([])
  })

  test('gets a place that strangers cannot take [PW9]', async () => {
    const reset = (await resetRoute?.begin(strict)) as Setter
    service.manner = hangs
    service.asked.length = 0
    const networks = ['192.0.2.1', '198.51.100.1', '203.0.113.1']
    const strangers = networks.flatMap((remoteAddress) =>
      Array.from({ length: 5 }, () =>
        strict.client().post('/v0/auth/signup', { ...newPerson(), password: freshPassword() }, { remoteAddress }),
      ),
    )
    await expect.poll(() => service.asked.length).toBe(12)
    service.manner = tellsAll
    expect((await reset(leakedPassword())).code).toBe('general:validation_error')
    expect((await reset(freshPassword())).status).toBe(204)
    const codes = (await Promise.all(strangers)).map(({ code }) => code)
    expect(new Set(codes)).toEqual(new Set(['password:check_unavailable']))
  })
})

describe('in the order of checks', () => {
  test('it comes before the bot check, whose token is not used up [PW7 TH7]', async () => {
    const bots = await startApp({
      BREACHED_PASSWORDS_URL: service.url,
      TURNSTILE_SECRET: 'bot-check-secret',
      TURNSTILE_VERIFY_URL: 'http://127.0.0.1:1/',
    })
    const token = { 'x-turnstile-token': randomUUID() }
    expect((await signUp(leakedPassword(), bots, {}, token)).code).toBe('general:validation_error')
    expect((await signUp(freshPassword(), bots, {}, token)).code).toBe('turnstile:service_error')
    await bots.close()
  })

  test('it comes after the limit of the network, so that nobody makes us ask at will [PW9 RL4]', async () => {
    const limited = await startApp({ BREACHED_PASSWORDS_URL: service.url, RATE_LIMITS: '0.05' })
    expect((await signUp(leakedPassword(), limited)).code).toBe('general:validation_error')
    service.asked.length = 0
    expect((await signUp(leakedPassword(), limited)).code).toBe('rate_limit:exceeded')
    expect(service.asked).toEqual([])
    await limited.close()
  })
})

describe('a range service in trouble', () => {
  test.each<[string, Manner]>([
    ['does not answer', hangs],
    ['stops in the middle', (response) => void response.writeHead(200, { 'content-type': 'text/plain' }).write('0')],
    [
      'is cut off in the middle',
      (response, lines) => {
        response.writeHead(200, { 'content-type': 'text/plain', 'content-length': lines.length * 2 })
        response.write(lines, () => response.destroy())
      },
    ],
    ['sends a page', says((lines) => lines, 200, 'text/html')],
    ['says nothing', says(() => '')],
    ['ends in the middle of a line', says((lines) => lines.slice(0, -10))],
    ['has a line of something else', says((lines) => `${lines}\r\n<html>`)],
    ['sends more than a mebibyte', says((lines) => lines.repeat(40))],
    ['leads elsewhere', (response) => response.writeHead(302, { location: service.url }).end()],
    ['knows no such range', says((lines) => lines, 404)],
    ['asks for patience', says((lines) => lines, 429)],
    ['fails', says((lines) => lines, 503)],
    ['hangs up', (response) => void response.destroy()],
  ])(
    'that %s: sign-up goes on within a second, counted; one line when it goes, one when it is back [PW9 FT14]',
    async (_, manner) => {
      await signUp(freshPassword())
      const before = await countOf(app, 'unavailable')
      const lines = app.warnings.length
      service.manner = manner
      const startedAt = performance.now()
      const answers = await Promise.all([signUp(leakedPassword()), signUp(leakedPassword())])
      expect(performance.now() - startedAt).toBeLessThan(2000)
      expect(answers.map(({ status }) => status)).toEqual([202, 202])
      expect(await countOf(app, 'unavailable')).toBe(before + 2)
      expect(app.warnings.slice(lines).map(({ msg }) => msg)).toEqual([
        'passwords cannot be looked up among those that leaked',
      ])
      service.manner = tellsAll
      expect((await signUp(leakedPassword())).code).toBe('general:validation_error')
    },
  )

  test('that is not there; and nothing is kept of it once it is back [PW9 FT14]', async () => {
    const password = leakedPassword()
    await service.stop()
    expect((await signUp(password)).status).toBe(202)
    await service.start()
    expect((await signUp(password)).code).toBe('general:validation_error')
  })
})

test('what is padding is not known; every answer is counted by what it says [PW7 PW9]', async () => {
  const padding = freshPassword()
  service.leak(padding, 0)
  const before = [await countOf(app, 'breached'), await countOf(app, 'clear')]
  expect((await signUp(padding)).status).toBe(202)
  expect((await signUp(leakedPassword())).status).toBe(400)
  expect([await countOf(app, 'breached'), await countOf(app, 'clear')]).toEqual(before.map((count) => count + 1))
})
