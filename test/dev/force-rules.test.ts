import { expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { signedUp } from '../support/people.ts'

const app = useApp({ PUBLIC_URL: 'https://auth.localhost' })
const url = '/dev/force'
const me = '/v0/user/me'
const login = '/v0/auth/login'
const route = { method: 'GET', route: me }
const outage = { ...route, code: 'system:database_error' }

const rulesFor = async (client: TestClient): Promise<unknown> => (await client.get(url)).body.rules

test('POST sets a rule of this browser, by a cookie; a front end that knows nothing of it is answered so [EL6]', async () => {
  const { client } = await signedUp(app)
  const set = await client.post(url, outage)
  expect([set.status, set.body.rules]).toEqual([200, [outage]])
  expect(set.setCookies).toEqual([
    expect.stringMatching(/^dev_force=[\da-f-]{36}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
  ])
  for (let time = 0; time < 3; time++) {
    const { status, code, headers } = await client.get(me)
    expect([status, code, headers['x-postern-forced']]).toEqual([500, 'system:database_error', '1'])
  }
  expect((await client.get('/v0/auth/sessions')).status).toBe(200)
  expect((await signedUp(app)).client.cookies.has('dev_force')).toBe(false)
  expect((await client.send('DELETE', url)).status).toBe(204)
  expect((await client.get(me)).status).toBe(200)
})

test('a rule with times is gone after the last, exactly, whoever races [EL6]', async () => {
  const { client } = await signedUp(app)
  await client.post(url, { ...outage, times: 7 })
  const answers = await Promise.all(Array.from({ length: 50 }, () => client.get(me)))
  expect(answers.filter(({ status }) => status === 500)).toHaveLength(7)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(43)
  expect(await rulesFor(client)).toEqual([])
})

test('one rule a route, the newest; one can be taken back, or all; the header comes before them', async () => {
  const client = app.client()
  await client.post(url, outage)
  await client.post(url, { ...route, code: 'session:expired', delay: 1 })
  await client.post(url, {
    method: 'POST',
    route: login,
    code: 'rate_limit:exceeded',
    retry_after: 30,
    phase: 'before',
  })
  expect(await rulesFor(client)).toEqual([
    { ...route, code: 'session:expired', delay: 1 },
    { method: 'POST', route: login, code: 'rate_limit:exceeded', retry_after: 30, phase: 'before' },
  ])
  expect((await client.post(login)).headers['retry-after']).toBe('30')
  const byHeader = await client.get(me, { headers: { 'x-postern-force': 'user:unauthorized' } })
  expect(byHeader.code).toBe('user:unauthorized')
  expect((await client.send('DELETE', `${url}?method=GET&route=${encodeURIComponent(me)}`)).status).toBe(204)
  expect((await client.get(me)).headers['x-postern-forced']).toBeUndefined()
  expect((await client.post(login)).code).toBe('rate_limit:exceeded')
})

test('parameters in a path are those of the document', async () => {
  const client = app.client()
  const one = { method: 'DELETE', route: '/v0/auth/sessions/{management_id}', code: 'system:not_found' }
  expect((await client.post(url, one)).status).toBe(200)
  expect((await client.send('DELETE', '/v0/auth/sessions/x')).headers['x-postern-forced']).toBe('1')
})

test('GET tells the last ten answers, the newest first, and nothing that was sent with them', async () => {
  const client = app.client()
  for (let time = 0; time < 11; time++)
    await client.get(`${me}?secret=kept`, { headers: { 'x-postern-force': 'session:expired' } })
  await client.post(
    login,
    { email: 'kept@example.com' },
    { headers: { 'x-postern-force': 'user:banned;answer=garbage' } },
  )
  const { answers } = (await client.get(url)).body as { answers: { at: string; route: string; outcome: string }[] }
  expect(answers.map(({ route: name, outcome }) => [name, outcome])).toEqual([
    ['POST /v0/auth/login', 'garbage'],
    ...Array.from({ length: 9 }, () => ['GET /v0/user/me', '401 session:expired']),
  ])
  expect(JSON.stringify(answers)).not.toContain('kept')
})

const refusals: readonly [string, object, object][] = [
  ['a code that the route does not declare', { ...route, code: 'user:banned' }, {}],
  ['a route that there is not', { ...outage, route: '/v0/user/:id' }, {}],
  ['a route of the lab itself', { method: 'POST', route: url, code: 'FORBIDDEN' }, {}],
  ['a name that every object has', { ...outage, code: 'constructor' }, {}],
  ['no code', route, { fields: [{ path: '/code', rule: 'required' }] }],
  ['no times at all', { ...outage, times: 0 }, { fields: [{ path: '/times', rule: 'type' }] }],
  ['too long a delay', { ...outage, delay: 30_001 }, { fields: [{ path: '/delay', rule: 'type' }] }],
  ['a wait that the code does not have', { ...outage, retry_after: 5 }, {}],
  ['fields that the code does not have', { ...outage, fields: [{ path: '/a', rule: 'format' }] }, {}],
  ['a field that is no pointer', { ...outage, fields: [{ path: 'a\r\nb', rule: 'format' }] }, {}],
]

test.each(refusals)('%s: general:bad_request, and no rule [EL2]', async (_what, body, more) => {
  const client = app.client()
  expect(await client.post(url, body)).toMatchObject({ status: 400, code: 'general:bad_request', body: more })
  expect(await rulesFor(client)).toEqual([])
})

test('FORBIDDEN: another site sets no rule in this browser, nor takes one back [EL4]', async () => {
  const client = app.client()
  const foreign = { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } }
  const refused: Answer[] = [await client.post(url, outage, foreign)]
  await client.post(url, outage)
  refused.push(await client.send('DELETE', url, foreign))
  expect(refused.map(({ code }) => code)).toEqual(['FORBIDDEN', 'FORBIDDEN'])
  expect(await rulesFor(client)).toEqual([outage])
  const read = await client.get(url, { headers: { origin: 'https://app.example.com' } })
  expect(read.headers['access-control-allow-origin']).toBeUndefined()
})

test('of more than a hundred browsers the oldest are forgotten; an unknown cookie is nobody’s rules', async () => {
  const first = app.client()
  await first.post(url, outage)
  for (let other = 0; other < 100; other++) await app.client().post(url, outage)
  expect(await rulesFor(first)).toEqual([])
  expect((await first.get(me)).code).toBe('user:unauthorized')
  const guessed = app.client()
  guessed.cookies.set('dev_force', '__proto__')
  expect((await guessed.get(me)).code).toBe('user:unauthorized')
  expect((await guessed.post(url, outage)).setCookies[0]).not.toContain('__proto__')
})
