import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/errors/catalogue.ts'
import { startApp, type TestApp, useApp } from '../support/app.ts'

// The pages under /docs, as bytes; how they look and work is tested in test/browser/docs.test.ts.

const development = useApp({ APP_ENV: 'development', FRONTEND_URL: undefined, PUBLIC_URL: 'http://localhost:8080' })
const get = (url: string, headers: Record<string, string> = {}) =>
  development.app.inject({ url, headers: { host: 'localhost:8080', ...headers }, remoteAddress: '127.0.0.1' })

type Page = { readonly body: string; readonly headers: Record<string, unknown> }
const pages = new Map<string, Page>()
const broken: string[] = []

/** Every page that a reader can come to, from the first one. */
beforeAll(async () => {
  const waiting = ['/docs']
  const seen = new Set(waiting)
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { statusCode, headers, body } = await get(place)
    if (statusCode !== 200) broken.push(`${place} ${statusCode}`)
    if (!String(headers['content-type']).startsWith('text/html') || !place.startsWith('/docs')) continue
    pages.set(place, { body, headers })
    for (const [, href = ''] of body.matchAll(/(?:href|src)="(\/[^"#?]*)/g)) {
      if (seen.has(href)) continue
      seen.add(href)
      waiting.push(href)
    }
  }
})

const idsOf = (place: string) =>
  new Set([...(pages.get(place)?.body ?? '').matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))

test('every link of the site leads to what is there, to the heading that it names as well', () => {
  expect(broken).toEqual([])
  const lost = [...pages].flatMap(([place, { body }]) =>
    [...body.matchAll(/href="([^"#?]*)(?:\?[^"#]*)?#([^"]*)"/g)].flatMap(([, page = '', id = '']) => {
      const target = page === '' ? place : page
      return !pages.has(target) || idsOf(target).has(id) ? [] : [`${place}: ${target}#${id}`]
    }),
  )
  expect(lost).toEqual([])
})

test('every code and every route has its page, and every guide', async () => {
  expect(errorCodes.map((code) => `/docs/errors/${code}`).filter((place) => !pages.has(place))).toEqual([])
  const { paths } = (await get('/openapi.json')).json() as { paths: Record<string, object> }
  const operations = Object.values(paths).flatMap((item) => Object.keys(item))
  const ofRoutes = [...pages.keys()].filter((place) => place.startsWith('/docs/routes/'))
  expect(ofRoutes).toHaveLength(operations.length)
  expect([...pages.keys()].filter((place) => place.startsWith('/docs/guides/')).length).toBeGreaterThan(10)
})

test('a page is smaller than 100 kB, loads nothing from elsewhere, and runs nothing that is written in it', () => {
  for (const [place, { body, headers }] of pages) {
    expect([place, Buffer.byteLength(body) < 100_000]).toEqual([place, true])
    expect([place, headers['content-security-policy']]).toEqual([
      place,
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
    ])
    expect([place, body.match(/<script(?![^>]*\ssrc=)|<style|\s(?:on\w+|style)=|src="(?!\/)/i)]).toEqual([place, null])
    expect([place, body.match(/<h1/g)?.length]).toEqual([place, 1])
  }
})

test('a page is made once; whoever has it is told that it is still the same', async () => {
  const { headers } = await get('/docs/guides/client')
  expect(headers['cache-control']).toBe('no-cache')
  const again = await get('/docs/guides/client', { 'if-none-match': `W/${String(headers.etag)}` })
  expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', headers.etag])
  const other = await get('/docs/guides/client', { 'if-none-match': '"other"' })
  expect([other.statusCode, other.headers.etag]).toEqual([200, headers.etag])
})

test("a code's page shows both answers as the server sends them", async () => {
  const page = (await get('/docs/errors/user:unauthorized')).body.replaceAll('&quot;', '"')
  for (const accept of ['application/json', 'application/problem+json']) {
    const answer = await get('/v0/user/me', { accept })
    expect([answer.statusCode, page.includes(`content-type: ${accept}`)]).toEqual([401, true])
    const shown = Object.keys(answer.json() as object)
    for (const name of shown) expect(page).toContain(`"${name}":`)
    expect(page).toContain(`x-error-code: ${String(answer.headers['x-error-code'])}`)
  }
  expect(page).toContain('"type": "http://localhost:8080/docs/errors#user:unauthorized"')
  expect((await get('/docs/errors/user%3Aunauthorized')).statusCode).toBe(200)
})

test("a route's page shows what the route declares", async () => {
  const { body } = await get('/docs/routes/post-v0-auth-login')
  for (const word of ['sign-in', 'Turnstile', 'password', '“sign-in”: 60 requests', 'auth:invalid_credentials'])
    expect(body).toContain(word)
  expect(body).toContain('<textarea id="field-body" name="body"')
})

test.each(['/docs', '/docs/errors', '/docs/guides/client', '/docs/errors/user:banned'])(
  '%s with a slash at its end leads there',
  async (url) => {
    const { statusCode, headers } = await get(`${url}/`)
    expect([statusCode, headers.location]).toEqual([302, url])
  },
)

test.each([
  '/docs/nothing',
  '/docs/nothing/',
  '/docs//',
  '/docs/errors/no:such_code',
  '/docs/guides/security',
  '/docs/guides/..%2f..%2fpackage',
])('%s is no page', async (url) => {
  const { statusCode, headers } = await get(url)
  expect([statusCode, headers['x-error-code']]).toEqual([404, 'system:not_found'])
})

test('the first page says what runs here and no secret; / leads to it', async () => {
  const { statusCode, headers } = await get('/')
  expect([statusCode, headers.location]).toEqual([302, '/docs'])
  const body = pages.get('/docs')?.body ?? ''
  expect(body).toMatch(/<dt>Environment<\/dt><dd>development<\/dd>/)
  const { databaseUrl = '', metricsToken = '', dataDir } = development.config
  for (const secret of [databaseUrl, metricsToken, dataDir]) expect(body).not.toContain(secret)
})

describe('in production', () => {
  let production: TestApp
  beforeAll(async () => {
    production = await startApp({
      APP_ENV: 'production',
      MAIL_FROM: 'no-reply@example.com',
      SMTP_URL: 'smtp://127.0.0.1:1',
      KEYS_DIR: development.config.keysDir,
      RATE_LIMITS: undefined,
    })
  })
  afterAll(() => production.close())
  const ask = (url: string) => production.app.inject({ url })

  test.each(['/', '/docs/guides/client', '/docs/guides/operate', '/docs/pictures/profile.png'])(
    '%s is not there',
    async (url) => {
      expect((await ask(url)).statusCode).toBe(404)
    },
  )

  test('the pages say of this server what the document says, and no more', async () => {
    const start = (await ask('/docs')).body
    expect(start).not.toMatch(/What is running|\/dev\/|guides/)
    const route = (await ask('/docs/routes/post-v0-auth-login')).body
    expect(route).toContain('auth:invalid_credentials')
    expect(route).not.toMatch(/id="policy"|name="force"/)
    const code = (await ask('/docs/errors/user:unauthorized')).body
    expect(code).toContain('Meaning')
    expect(code).not.toMatch(/X-Postern-Force|id="force"/)
  })
})
