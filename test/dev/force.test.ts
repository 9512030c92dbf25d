import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { contractOracle } from '../fuzz/contract-oracle.ts'
import { frontendUrl, startApp, type TestApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { isProof, share } from '../support/long-form.ts'
import { withoutRefs } from '../support/openapi.ts'
import { signedUp } from '../support/people.ts'
import { type DeclaredAnswer, declaredAnswers, eachInTurns, lineOf, urlOf } from './support.ts'

const forceToken = 'of-the-error-lab-in-the-tests-of-it'
const login = '/v0/auth/login'
const me = '/v0/user/me'

let app: TestApp
let development: TestApp
/** As others reach it, by the token. */
let preview: TestApp
let declared: readonly DeclaredAnswer[]
beforeAll(async () => {
  ;[app, development, preview] = await Promise.all([
    startApp({ PUBLIC_URL: 'https://auth.localhost' }),
    startApp({ APP_ENV: 'development', PUBLIC_URL: 'http://localhost:8080', CORS_ORIGINS: 'http://localhost:5173' }),
    startApp({ FORCE_TOKEN: forceToken }),
  ])
  declared = declaredAnswers(app.app.swagger())
})
afterAll(() => Promise.all([app.close(), development.close(), preview.close()]))

type Sent = { readonly method?: string; readonly url?: string; readonly headers?: Record<string, string> }

const forced = (order: string, { method = 'POST', url = login, headers = {} }: Sent = {}): Promise<Answer> =>
  app.client().send(method, url, { headers: { 'x-postern-force': order, ...headers } })

/** What the lab said of an order that it did not take. */
async function mistakeIn(order: string, sent?: Sent): Promise<unknown> {
  const { status, code, headers, body } = await forced(order, sent)
  expect([status, code, headers['x-postern-forced']]).toEqual([400, 'general:bad_request', 'refused'])
  return body.details
}

describe('every declared error of every route', () => {
  test('answers as the document declares it: status, headers and body, as JSON and as problem+json [EL1]', async () => {
    const judge = contractOracle(withoutRefs(app.app.swagger()))
    const forms = ['application/json', 'application/problem+json']
    let turn = 0
    const answered: string[] = []
    const breaches: string[] = []
    const asked = share(declared, 3)
    await eachInTurns(asked, async ({ method, path, code }) => {
      for (const accept of isProof ? forms : [forms[turn++ % 2] as string]) {
        const sent = { 'x-postern-force': code, accept, cookie: '__Host-session_id=x' }
        const response = await fetch(`${app.origin}${urlOf(path)}`, { method, headers: sent })
        const body = Buffer.from(await response.arrayBuffer())
        const headers = { ...Object.fromEntries(response.headers), 'set-cookie': response.headers.getSetCookie() }
        const found = judge({ method, target: urlOf(path), sent, status: response.status, headers, body }).breaches
        // That nothing failed is so.
        breaches.push(...found.filter((one) => !/while nothing failed|answered system:internal_error/.test(one)))
        if (headers['x-postern-forced' as never] !== '1') breaches.push(`${method} ${path} ${code} is not marked`)
        const problem = response.headers.get('content-type')?.startsWith('application/problem+json')
        if (accept.includes('problem') !== problem) breaches.push(`${method} ${path} ${code} as ${accept}`)
        const seenCode = String(response.headers.get('x-error-code'))
        answered.push(lineOf({ method, path, status: response.status, code: seenCode }))
      }
    })
    expect(breaches).toEqual([])
    expect([...new Set(answered)].sort()).toEqual(asked.map(lineOf).sort())
    expect(answered.length).toBe((isProof ? 2 : 1) * asked.length)
    expect(declared.length).toBeGreaterThan(1000)
  })

  test('is of those alone that the route declares: others are refused, with the list [EL2]', async () => {
    const mine = declared.filter(({ method, path }) => method === 'POST' && path === login).map(({ code }) => code)
    for (const code of [
      'totp:already_enabled',
      'no:such_code',
      '__proto__',
      'constructor',
      'toString',
      'x'.repeat(9000),
    ])
      expect(await mistakeIn(code)).toMatch(new RegExp(`^POST ${login} does not declare "`))
    expect(await mistakeIn('user:not_found')).toBe(
      `POST ${login} does not declare "user:not_found". It declares: ${mine.sort().join(', ')}`,
    )
    // Twice the header is one that no route declares.
    expect(await mistakeIn('user:banned, user:banned')).toMatch('does not declare')
  })

  test('takes back the session cookie where the real one does, and only that [EL1]', async () => {
    const cookie = '__Host-session_id=x; __Host-device_id=y'
    const cleared = '__Host-session_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'
    const dead = ['user:invalid_session', 'session:not_found', 'session:expired', 'session:invalid_user_id']
    for (const code of dead) {
      const sent = { method: 'GET', url: me }
      expect((await forced(code, { ...sent, headers: { cookie } })).setCookies).toEqual([cleared])
      expect((await forced(code, { ...sent, headers: { authorization: 'Bearer x' } })).setCookies).toEqual([])
    }
    expect((await forced('user:token_expired', { method: 'GET', url: me, headers: { cookie } })).setCookies).toEqual([])
  })

  test('on HEAD is that of its GET, without a body; pages and unknown paths force nothing [EL2]', async () => {
    const headers = { 'x-postern-force': 'system:database_error' }
    const head = await fetch(`${app.origin}${me}`, { method: 'HEAD', headers })
    expect([head.status, head.headers.get('x-postern-forced'), await head.text()]).toEqual([500, '1', ''])
    for (const url of ['/docs', '/dev/force', '/v0/nowhere']) {
      const { headers } = await forced('system:internal_error', { method: 'GET', url })
      expect([url, headers['x-postern-forced']]).toEqual([url, undefined])
    }
  })
})

describe('what an order says', () => {
  test.each([
    ['', 'begins with a code'],
    [';times=1', 'begins with a code'],
    ['user:banned;', 'knows no "", but times, delay, fields'],
    ['user:banned;speed=1', 'knows no "speed", but times'],
    ['user:banned;__proto__=1', 'knows no "__proto__"'],
    ['user:banned;times=0', 'times must be a whole number from 1 to 1000000'],
    ['user:banned;times=1e3', 'times must be'],
    ['user:banned;times', 'times must be'],
    ['user:banned;times=1;times=2', 'says times twice'],
    ['user:banned;delay=30001', 'delay must be a whole number from 0 to 30000'],
    ['user:banned;delay=-1', 'delay must be'],
    ['user:banned;phase=during', 'phase must be before or after'],
    ['user:banned;answer=error', 'answer must be drop or garbage'],
    ['user:banned;id=a b', 'id must be'],
    ['user:banned;retry-after=5', 'retry-after belongs to codes of 429 and 503'],
    ['rate_limit:exceeded;retry-after=0', 'retry-after must be'],
    ['user:banned;fields=/email:format', 'fields belong to general:bad_request and general:validation_error'],
    ['general:validation_error;fields=email:format', 'fields must be /field:rule'],
    ['general:validation_error;fields=', 'fields must be'],
    ['general:validation_error;fields=/email:no_such_rule', 'fields have no rule "no_such_rule", but required'],
    ['general:validation_error;fields=/password:min_length', 'min_length comes with its limit, a whole number'],
    ['general:validation_error;fields=/password:min_length:twelve', 'min_length comes with its limit'],
    ['general:validation_error;fields=/flow:one_of', 'one_of comes with its values'],
    ['general:validation_error;fields=/email:taken:12', '"taken" comes with no limit and no values'],
    ['general:validation_error;fields=/email:format\u0001', undefined],
    [`general:validation_error;fields=${Array.from({ length: 21 }, () => '/a:format').join()}`, 'at most 20'],
  ])('%j is refused, and why [EL2]', async (order, reason) => {
    if (reason === undefined) {
      // No header at all: HTTP knows no such character in one.
      await expect(forced(order)).rejects.toThrow()
      return
    }
    expect(await mistakeIn(order)).toContain(reason)
  })

  test('fields: each with its rule, its limit or its values, in the body alone [EL1]', async () => {
    const fields = '/password:min_length:12, /email:taken,/flow:one_of:login|link,/n:max:-3'
    const { body, headers } = await forced(`general:validation_error;fields=${fields}`)
    expect(body).toEqual({
      status: 400,
      code: 'general:validation_error',
      fields: [
        { path: '/password', rule: 'min_length', limit: 12 },
        { path: '/email', rule: 'taken' },
        { path: '/flow', rule: 'one_of', values: ['login', 'link'] },
        { path: '/n', rule: 'max', limit: -3 },
      ],
    })
    expect(JSON.stringify(headers)).not.toMatch(/min_length|one_of/)
    const odd = await mistakeIn('general:validation_error;fields=/a%0d%0aset-cookie:x=1')
    expect(odd).toMatch('fields must be')
  })

  test('general:validation_error is never without the field that it is about [EL1]', async () => {
    expect((await forced('general:validation_error')).body.fields).toEqual([{ path: '/email', rule: 'format' }])
  })

  test('retry-after: what a 429 or 503 says, by default as ever [EL1]', async () => {
    expect((await forced('rate_limit:exceeded;retry-after=90')).headers['retry-after']).toBe('90')
    expect((await forced('rate_limit:exceeded')).headers['retry-after']).toBe('5')
    expect((await forced('turnstile:service_error;retry-after=7')).headers['retry-after']).toBe('7')
  })

  test('delay: the answer waits, and other answers do not', async () => {
    const started = performance.now()
    let isOver = false
    const late = forced('user:banned;delay=400').then((answer) => {
      isOver = true
      return answer
    })
    expect((await forced('user:banned')).code).toBe('user:banned')
    expect(isOver).toBe(false)
    expect((await late).code).toBe('user:banned')
    expect(performance.now() - started).toBeGreaterThanOrEqual(399)
  })

  test('times: of fifty at once exactly so many, on that route; then the route answers by itself [EL6]', async () => {
    const order = 'system:database_error;times=7;id=racers'
    const answers = await Promise.all(Array.from({ length: 50 }, () => forced(order)))
    expect(answers.filter(({ code }) => code === 'system:database_error')).toHaveLength(7)
    expect(answers.filter(({ code }) => code === 'general:bad_request')).toHaveLength(43)
    expect((await forced(order)).headers['x-postern-forced']).toBeUndefined()
    expect((await forced(order, { method: 'GET', url: me })).code).toBe('system:database_error')
    expect((await forced('system:database_error;times=7;id=others')).code).toBe('system:database_error')
  })

  test('phase=after: the request is carried out, and its answer is lost with its cookies [EL6]', async () => {
    const { client } = await signedUp(app)
    const renamed = { bio: 'carried out' }
    const order = { 'x-postern-force': 'system:transaction_error;phase=after' }
    const lost = await client.send('PATCH', me, { body: renamed, headers: order })
    expect([lost.status, lost.code, lost.headers['x-postern-forced']]).toEqual([500, 'system:transaction_error', '1'])
    expect((await client.get(me)).body.bio).toBe('carried out')
    const out = await client.send('POST', '/v0/auth/logout', {
      headers: { 'x-postern-force': 'system:database_error;phase=after' },
    })
    expect([out.status, out.setCookies]).toEqual([500, []])
    expect((await client.get(me)).code).toBe('user:invalid_session')
  })

  test('phase=after ends a stream of events, and what was a picture is the error', async () => {
    const { client } = await signedUp(app)
    const order = { 'x-postern-force': 'rate_limit:exceeded;phase=after' }
    const stream = await client.get('/v0/events', { headers: order })
    expect([stream.status, stream.code]).toEqual([429, 'rate_limit:exceeded'])
    const file = await client.get('/v0/files/none.webp', {
      headers: { 'x-postern-force': 'file:read_error;phase=after' },
    })
    expect([file.code, file.headers['content-type'], file.headers['cache-control']]).toEqual([
      'file:read_error',
      'application/json',
      'no-store',
    ])
  })

  test('an answer about a session that is repeated before Fastify is forced as well [EL1]', async () => {
    const { client } = await signedUp(app)
    for (let time = 0; time < 5; time++) expect((await client.get(me)).status).toBe(200)
    const answer = await client.get(me, { headers: { 'x-postern-force': 'system:database_error' } })
    expect([answer.status, answer.code]).toEqual([500, 'system:database_error'])
    expect((await client.get(me)).status).toBe(200)
  })
})

describe('through the client', () => {
  const auth = (order: string, timeoutMs = 30_000) =>
    createClient({ baseUrl: app.origin, timeoutMs, headers: { 'x-postern-force': order } })

  test.each([
    ['session:expired;answer=drop', 'client:unreachable'],
    ['session:expired;answer=drop;phase=after', 'client:unreachable'],
    ['session:expired;answer=garbage', 'client:unreadable_answer'],
    ['session:expired;answer=garbage;phase=after', 'client:unreadable_answer'],
    ['session:expired;delay=30000', 'client:timeout'],
  ])('%s is %s [EL6]', async (order, code) => {
    const { error, response } = await auth(order, 1000).GET(me)
    expect(error?.code).toBe(code)
    if (code === 'client:unreadable_answer') expect(response?.status).toBe(502)
  })

  test('a forced answer is the error that its code says, with what it carries [EL1]', async () => {
    const { error } = await auth('rate_limit:exceeded;retry-after=12').POST('/v0/auth/forgot-password', {
      body: { email: 'ada@example.com' },
    })
    expect(error).toMatchObject({ from: 'server', code: 'rate_limit:exceeded', status: 429, retryAfterSeconds: 12 })
  })
})

describe('nothing else runs', () => {
  test('no limit is spent or asked, no event written, nothing counted [EL3]', async () => {
    const strict = await startApp({ PUBLIC_URL: 'https://auth.localhost', RATE_LIMITS: '0.02' })
    const wrong = { email: 'nobody@example.com', password: 'wrong' }
    const order = { 'x-postern-force': 'auth:invalid_credentials' }
    for (let time = 0; time < 20; time++) {
      const answer = await strict.client().post(login, wrong, { headers: order })
      expect([answer.code, answer.headers.ratelimit]).toEqual(['auth:invalid_credentials', undefined])
    }
    expect((await strict.client().post(login, wrong)).headers['x-postern-forced']).toBeUndefined()
    const refused = await strict.client().post(login, wrong)
    expect(refused.code).toBe('rate_limit:exceeded')
    expect((await strict.client().post(login, wrong, { headers: order })).code).toBe('auth:invalid_credentials')
    const [{ count }] = (await strict.sql('select count(*)::int as count from security_events')) as [{ count: number }]
    expect(count).toBe(1)
    const metrics = await fetch(`${strict.origin}/metrics`, {
      headers: { authorization: 'Bearer of-the-metrics-in-the-tests' },
    })
    const lines = (await metrics.text()).split('\n').filter((line) => /requests.*v0\/auth\/login/.test(line))
    // What the route answered by itself.
    expect(lines.map((line) => line.replace(/.*status="(\d+)".*\} /, '$1: '))).toEqual(['401: 1', '429: 1'])
    await strict.close()
  })

  test('what is carried out is noted as the route answered it, whatever is sent in its place [EL3]', async () => {
    const noted = await startApp({ PUBLIC_URL: 'https://auth.localhost' })
    const { client } = await signedUp(noted)
    const lost = 'user:unauthorized;phase=after'
    const send = (method: string, url: string, order: string) =>
      client.send(method, url, { body: { bio: 'Hello' }, headers: { 'x-postern-force': order } })
    await send('PATCH', me, lost)
    await send('PATCH', me, `${lost};answer=garbage`)
    await expect(send('PATCH', me, `${lost};answer=drop`)).rejects.toThrow()
    await send('PATCH', me, 'user:unauthorized')
    await client.get('/health/ready', { headers: { 'x-postern-force': 'system:internal_error;phase=after' } })
    const metrics = await fetch(`${noted.origin}/metrics`, {
      headers: { authorization: 'Bearer of-the-metrics-in-the-tests' },
    })
    const lines = (await metrics.text()).split('\n').filter((line) => /requests_total.*(?:PATCH|health)/.test(line))
    expect(lines.map((line) => line.replace(/.*status="(\d+)".*\} /, '$1: '))).toEqual(['200: 3'])
    await noted.close()
  })
})

describe('who may [EL4]', () => {
  const order = { 'x-postern-force': 'session:expired' }
  const ask = (headers: Record<string, string>) => app.client().get(me, { headers: { ...order, ...headers } })

  async function expectNothing(on: TestApp, headers: Record<string, string>): Promise<void> {
    const answer = await on.client().get(me, { headers: { ...order, ...headers } })
    expect([answer.code, answer.headers['x-postern-forced']]).toEqual(['user:unauthorized', undefined])
    for (const method of ['GET', 'POST', 'DELETE']) {
      const { code } = await on.client().send(method, '/dev/force', { headers })
      expect([method, code]).toEqual([method, 'system:not_found'])
    }
    for (const url of ['/dev/errors', '/dev/errors/table', '/dev/errors/assets/lab.js'])
      expect([url, (await on.client().get(url, { headers })).code]).toEqual([url, 'system:not_found'])
  }

  test.each([
    ['a proxy between', { 'x-forwarded-for': '192.0.2.1' }],
    ['a site that points its name here', { host: 'evil.example' }],
    ['a token where none is set', { host: 'evil.example', 'x-postern-force-token': forceToken }],
  ])('%s: the header is nothing, and the lab is not there', (_who, headers) => expectNothing(app, headers))

  test.each(['localhost', '127.0.0.1:80', '[::1]:8080', 'auth.localhost'])(
    "this machine's own user, as %s",
    async (host) => {
      expect((await ask({ host })).code).toBe('session:expired')
      expect((await app.client().get('/dev/force', { headers: { host } })).status).toBe(200)
    },
  )

  test.each([
    ['no token', { host: 'localhost' }],
    ['an empty token', { host: 'localhost', 'x-postern-force-token': '' }],
    ['a part of the token', { host: 'localhost', 'x-postern-force-token': forceToken.slice(0, -1) }],
    ['no token, under the public name', {}],
  ])('%s, where FORCE_TOKEN is set: not even of this machine', (_who, headers) => expectNothing(preview, headers))

  test('whoever sends FORCE_TOKEN, from anywhere', async () => {
    const away = { 'x-forwarded-for': '192.0.2.1', host: 'preview.example', 'x-postern-force-token': forceToken }
    expect((await preview.client().get(me, { headers: { ...order, ...away } })).code).toBe('session:expired')
    for (const url of ['/dev/force', '/dev/errors'])
      expect([url, (await preview.client().get(url, { headers: away })).status]).toEqual([url, 200])
  })

  test('other origins are let in by CORS as ever, and may read that an answer was forced', async () => {
    const origin = 'http://localhost:5173'
    const preflight = await fetch(`${development.origin}${login}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, x-postern-force',
      },
    })
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-postern-force')
    const answer = await fetch(`${development.origin}${me}`, { headers: { origin, ...order } })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Postern-Forced')
    const foreign = { origin: 'https://evil.example', ...order }
    const refused = await fetch(`${development.origin}${me}`, { headers: foreign })
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('a header of 15 KiB is read in no time', async () => {
    const started = performance.now()
    for (const order of [
      'a;'.repeat(7500),
      ` ${' '.repeat(14_000)};x`,
      `general:validation_error;fields=${'/a:b,'.repeat(2900)}`,
    ])
      expect((await forced(order)).status).toBe(400)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('in production', () => {
  let production: TestApp
  beforeAll(async () => {
    production = await startApp({
      APP_ENV: 'production',
      MAIL_FROM: 'no-reply@example.com',
      SMTP_URL: 'smtp://127.0.0.1:1',
      KEYS_DIR: app.config.keysDir,
      RATE_LIMITS: '100000',
    })
  })
  afterAll(() => production.close())

  test('the header is nothing, for every declared answer [EL5]', async () => {
    const withoutForce = new Map<string, string>()
    const differ: string[] = []
    /** As one who never heard of the lab is answered, but for what is each answer's own; to whom a lab would be open. */
    const answerTo = async (method: string, path: string, headers: Record<string, string>): Promise<string> => {
      const sent = { host: 'localhost', ...headers }
      const answer = await production.client().send(method, urlOf(path), { headers: sent })
      const { status, code, headers: all } = answer
      return [status, code, all['x-postern-forced'], all['access-control-expose-headers']].join(' ')
    }
    await eachInTurns(share(declared, 3), async ({ method, path, code }) => {
      const name = `${method} ${path}`
      const usual = withoutForce.get(name) ?? (await answerTo(method, path, {}))
      withoutForce.set(name, usual)
      const headers = { 'x-postern-force': code, 'x-postern-force-token': forceToken, cookie: 'dev_force=x' }
      const without = { cookie: 'dev_force=x' }
      const expected = method === 'GET' ? usual : await answerTo(method, path, without)
      const answered = await answerTo(method, path, headers)
      if (answered !== expected) differ.push(`${name} ${code}: ${answered}, not ${expected}`)
    })
    expect(differ).toEqual([])
  })

  test('there is no /dev/force and no /dev/errors, and no answer may be read as forced [EL5]', async () => {
    const local = { headers: { host: 'localhost' } }
    for (const method of ['GET', 'POST', 'DELETE'])
      expect((await production.client().send(method, '/dev/force', local)).code).toBe('system:not_found')
    expect((await production.client().get('/dev/errors', local)).code).toBe('system:not_found')
    const { headers } = await production.client().get(me, { headers: { origin: frontendUrl } })
    expect(headers['access-control-expose-headers']).not.toMatch(/force/i)
  })
})

test('a client that leaves, or a server that closes, ends what is held back', async () => {
  const closing = await startApp()
  const { port } = new URL(closing.origin)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`GET ${me} HTTP/1.1\r\nHost: localhost\r\nX-Postern-Force: session:expired;delay=30000\r\n\r\n`)
  const answered = text(socket)
  await new Promise((resolve) => closing.app.server.once('request', resolve))
  const started = performance.now()
  await closing.close()
  expect(await answered).toMatch(/^HTTP\/1.1 401 /)
  expect(performance.now() - started).toBeLessThan(10_000)
})
