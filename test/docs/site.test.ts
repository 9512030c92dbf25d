import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderMarkdown } from '../../src/docs/markdown.ts'
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

test("a code's page has its sentence in each language, as users read it", async () => {
  const page = (await get('/docs/errors/user:banned')).body
  const rows = [...page.matchAll(/<td lang="([^"]+)" dir="([^"]+)">([^<]+)</g)].map(([, ...row]) => row)
  expect(rows).toHaveLength(12)
  expect(rows).toContainEqual(['de', 'ltr', 'Dieses Konto wurde gesperrt.'])
  for (const [tag = '', dir, sentence] of rows) {
    const { errors, ...language } = (await get(`/v0/messages/${tag}`)).json() as { errors: Record<string, string> }
    expect({ ...language, sentence }).toEqual({ tag, dir, rules: expect.anything(), sentence: errors['user:banned'] })
  }
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

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8' }
const long = 'x'.repeat(8000)

const missing = [
  '/docs/nothing',
  '/docs/nothing/?words=<script>',
  '/docs//',
  '/docs/errors/no:such_code',
  '/docs/guides/security',
  '/docs/guides/..%2f..%2fpackage',
  '/docs/%00',
  '/docs/"><script>alert(1)</script>',
  `/docs/${long}`,
  `/docs/pictures/${long}`,
  '/docs/assets/nothing.js',
  '/docs/pictures/nothing.png',
  '/dev',
  '/dev/nothing',
  '/dev/app/nothing',
  '/dev/inbox/html/nothing',
  `/dev/${long}`,
]

describe.each(missing.map((url) => [url.slice(0, 40), url] as const))('%s is no page', (_name, url) => {
  test('a browser gets one that leads on, the same everywhere', async () => {
    const { statusCode, headers, body } = await get(url, browser)
    expect([statusCode, headers['x-error-code'], headers['cache-control'], headers['content-type']]).toEqual([
      404,
      'system:not_found',
      'no-store',
      'text/html; charset=utf-8',
    ])
    expect(headers['content-security-policy']).toBe(pages.get('/docs')?.headers['content-security-policy'])
    expect(headers.vary).toMatch(/\bAccept\b/)
    expect(body).toBe((await get('/docs/elsewhere', browser)).body)
    expect(body).toMatch(/<h1>Page not found<\/h1>[\s\S]*type="search"/)
    expect(Buffer.byteLength(body)).toBeLessThan(100_000)
    const places = [...body.matchAll(/href="(\/docs[^"#?]*)/g)].map(([, place = '']) => place)
    expect([...pages.keys()].filter((place) => !places.includes(place))).toEqual([])
  })

  test.each(['*/*', 'application/json', 'application/json, text/html', 'text/html;q=0, */*', 'text/css,*/*;q=0.1'])(
    'who sends Accept: %s gets the document',
    async (accept) => {
      const { statusCode, headers, body } = await get(url, { accept })
      expect([statusCode, headers['content-type']]).toEqual([404, 'application/json'])
      expect(JSON.parse(body)).toMatchObject({ status: 404, code: 'system:not_found' })
    },
  )
})

test('a browser gets the document of every other error, at every other address and with every other method', async () => {
  for (const url of ['/nothing', '/docsnothing', '/v0/nothing', '/v0/user/me', '/docs%zz'])
    expect([url, (await get(url, browser)).headers['content-type']]).toEqual([url, 'application/json'])
  const posted = await development.app.inject({ method: 'POST', url: '/docs/nothing', headers: browser })
  expect([posted.statusCode, posted.headers['content-type']]).toEqual([404, 'application/json'])
})

test('what a page of docs says is text, in headings, their links, alternatives of pictures and code as well', () => {
  const hostile = '"><img src=x onerror=alert(1)>'
  const source = `# One ${hostile}\n\n## Two & ${hostile}\n\n![Three ${hostile}](x.png)\n![Four ${hostile}](lost.png)

[Five ${hostile}](https://example.com/"onclick=x)\n\n\`\`\`none\nSix ${hostile}\n\`\`\`\n\n${hostile}\n`
  const { title, body, headings } = renderMarkdown(source, {
    placeOf: (href) => (href === 'lost.png' ? undefined : href),
  })
  expect([title, headings.map(({ text }) => text)]).toEqual([`One ${hostile}`, [`Two & ${hostile}`]])
  expect(body.markup.match(/<img/g)).toHaveLength(1)
  expect(body.markup).not.toMatch(/<img src=x|"onclick/)
  expect(body.markup).toContain('aria-label="Link to Two &amp; &quot;&gt;&lt;img src=x onerror=alert(1)&gt;"')
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
