import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { buildApp } from '../../src/app.ts'
import { guard } from '../../src/http/guard.ts'
import { appSignIn, signIn, withPasskey } from '../passkeys/support.ts'
import { frontendUrl, useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { useHandled } from './handled.ts'

const app = useApp({ RATE_LIMITS: 'on' })
const unlimited = useApp({ RATE_LIMITS: 'off' })
const [inApp, inBrowser] = [`${appSignIn}/options`, `${signIn}/options`]

const handled = useHandled()

let latest = 0
/** A network that nobody else has. */
const somewhere = (): string => `198.51.100.${++latest}`

const leftOf = ({ headers }: Answer): number => Number(/r=(\d+)/.exec(String(headers.ratelimit))?.[1])

/** What an answer says, without what is each answer's own. */
function wordsOf({ status, body, headers }: Answer) {
  const { date: _date, 'x-request-id': id, ratelimit: _left, ...rest } = headers
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  const { challenge, ...asked } = body.public_key as Record<string, unknown>
  expect(challenge).toMatch(/^[\w-]{54}$/)
  return { status, asked, headers: rest }
}

/** A browser that has its name, from a page of the front end. */
async function named(): Promise<TestClient> {
  const browser = app.client()
  Object.assign(browser.headers, { origin: frontendUrl, 'sec-fetch-site': 'same-site' })
  expect((await browser.post(inBrowser)).setCookies).toHaveLength(2)
  return browser
}

describe.each([
  ['an app', inApp, async () => app.client()],
  ['a browser that has a name', inBrowser, named],
])('%s', (_, url, open) => {
  test('is answered as by Fastify, without it, under an id and with a challenge of its own', async () => {
    const client = await open()
    const first = await client.post(url)
    handled.count = 0
    const [second, third] = [await client.post(url), await client.post(url)]
    expect(handled.count).toBe(0)
    expect([wordsOf(second), wordsOf(third)]).toEqual([wordsOf(first), wordsOf(first)])
    const ids = [first, second, third].map(({ headers }) => headers['x-request-id'])
    const challenges = [first, second, third].map(({ body }) => (body.public_key as { challenge: string }).challenge)
    expect([new Set(ids).size, new Set(challenges).size]).toEqual([3, 3])
    expect((await client.post(url, undefined, { headers: { 'x-request-id': 'its-own' } })).headers).toMatchObject({
      'x-request-id': 'its-own',
    })
  })

  test('counts for its network whoever answers, and is refused by Fastify once nothing is left [RL4]', async () => {
    const client = await open()
    await client.post(url)
    const remoteAddress = somewhere()
    handled.count = 0
    const left: number[] = []
    for (let n = 0; n < 3; n++) left.push(leftOf(await client.post(url, undefined, { remoteAddress })))
    // A body has Fastify answer.
    left.push(leftOf(await client.post(url, {}, { remoteAddress })))
    left.push(leftOf(await client.post(url, undefined, { remoteAddress })))
    expect([left, handled.count]).toEqual([[599, 598, 597, 596, 595], 1])
    for (let n = 595; n > 0; n--) await client.post(url, undefined, { remoteAddress })
    expect(handled.count).toBe(1)
    const refused = await client.post(url, undefined, { remoteAddress })
    expect([refused.code, refused.headers.ratelimit]).toEqual(['rate_limit:exceeded', expect.stringContaining('r=0')])
    expect((await client.post(url, undefined, { remoteAddress: somewhere() })).status).toBe(200)
  })

  test('is counted like any other, and a proxy that forwards no address is refused', async () => {
    const client = await open()
    await client.post(url)
    const counted = async () => {
      const text = (await app.deps.metrics?.read())?.text ?? ''
      return Number(
        text
          .split('\n')
          .find((line) => line.includes(`requests_total{method="POST",route="${url}",status="200"}`))
          ?.split(' ')[1],
      )
    }
    const before = await counted()
    handled.count = 0
    for (let n = 0; n < 3; n++) await client.post(url)
    expect([await counted(), handled.count]).toEqual([before + 3, 0])
    expect((await client.post(url, undefined, { remoteAddress: 'nowhere' })).code).toBe('general:invalid_ip_address')
  })
})

test('what it got signs in', async () => {
  const { passkey, person } = await withPasskey(app)
  const client = app.client()
  await client.post(inApp)
  handled.count = 0
  const credential = passkey.get((await client.post(inApp)).body)
  expect(handled.count).toBe(0)
  const { body } = await client.post(appSignIn, { credential })
  client.headers.authorization = `Bearer ${body.token}`
  expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
})

test('without limits there are no headers of them', async () => {
  const client = unlimited.client()
  const [first, second] = [await client.post(inApp), await client.post(inApp)]
  expect([wordsOf(second), handled.count]).toEqual([wordsOf(first), 1])
  expect(second.headers).not.toHaveProperty('ratelimit')
})

test.each<[string, Record<string, string>, string | undefined]>([
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, 'FORBIDDEN'],
  ['a page that is not listed', { origin: 'https://evil.example' }, 'FORBIDDEN'],
  ['the front end as no browser sends it', { origin: frontendUrl, 'sec-fetch-site': 'cross-site' }, 'FORBIDDEN'],
  ['a site that no browser names', { origin: frontendUrl, 'sec-fetch-site': 'elsewhere' }, undefined],
])('Fastify answers %s', async (_, headers, code) => {
  const browser = await named()
  await browser.post(inBrowser)
  handled.count = 0
  for (let n = 0; n < 2; n++) expect((await browser.post(inBrowser, undefined, { headers })).code).toBe(code)
  if (code === undefined) expect(handled.count).toBe(2)
  const listed = await browser.post(inBrowser)
  expect(listed.headers['access-control-allow-origin']).toBe(frontendUrl)
})

test('each kind of page gets the headers of its own', async () => {
  const browser = await named()
  await browser.post(inBrowser)
  await app.client().post(inApp)
  const fromThere = await app.client().post(inApp, undefined, { headers: { origin: frontendUrl } })
  expect(fromThere.headers['access-control-allow-origin']).toBe(frontendUrl)
  expect((await app.client().post(inApp)).headers).not.toHaveProperty('access-control-allow-origin')
  const query = await app.client().post(`${inApp}?of=mine`)
  expect(query.status).toBe(200)
})

describe('the server does not start where what would be skipped looks at more than page and network', () => {
  const start = async (hook: object, config: object = {}) => {
    const other = await buildApp(app.deps)
    const options = { config: { access: 'public', database: 'none', alike: () => ({}), ...config }, ...hook } as const
    const schema = { response: { 200: z.object({}) } }
    other.post('/alike', { ...options, schema }, async () => ({}))
    try {
      await other.ready()
    } finally {
      await other.close()
    }
  }
  const pass = async () => {}

  test.each<[string, Parameters<typeof start>]>([
    ['a session', [{}, { access: 'session' }]],
    ['a bot check', [{}, { turnstile: true }]],
    ['a guard of its own', [{ onRequest: guard('request', [], pass) }]],
    ['a hook that does not say what it looks at', [{ preHandler: pass }]],
  ])('%s', async (_what, given) => {
    await expect(start(...given)).rejects.toThrow('/alike answers everybody alike, but its guard looks at more')
  })

  test('a limit that is counted elsewhere', async () => {
    await expect(start({}, { limit: 'sign-in' })).rejects.toThrow('counted elsewhere')
  })

  test('it starts with a guard that looks at the page', async () => {
    await start({ onRequest: guard('page', [], pass) })
  })
})
