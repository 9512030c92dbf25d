import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { frontendUrl, startApp, type TestApp } from '../support/app.ts'
import { mailsTo, newPerson, signedUp, signUp } from '../support/people.ts'

let app: TestApp
let development: TestApp
beforeAll(async () => {
  ;[app, development] = await Promise.all([
    startApp(),
    startApp({ APP_ENV: 'development', FRONTEND_URL: undefined, PUBLIC_URL: 'http://postern.localhost:8080' }),
  ])
})
afterAll(() => Promise.all([app.close(), development.close()]))

const assets = ['/docs/assets/base.css', '/docs/assets/docs.css', '/docs/assets/docs.js']
const elsewhere = /(?:src|href|action)\s*=\s*["']?(?:https?:)?\/\/|@import|url\(\s*["']?(?:https?:)?\/\//i

describe('documentation', () => {
  test.each(['/docs', '/docs/errors'])('%s is a page that loads nothing from another site', async (url) => {
    const { statusCode, headers, body } = await app.app.inject({ url })
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(body).not.toMatch(elsewhere)
    expect(body).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=/i)
    const loaded = [...body.matchAll(/(?:src|href)="(\/[^"#]*)"/g)].map(([, one]) => one ?? '')
    for (const one of loaded) expect([one, (await app.app.inject({ url: one })).statusCode]).toEqual([one, 200])
  })

  test.each(assets)('%s comes from here and may be kept', async (url) => {
    const { statusCode, headers, body } = await app.app.inject({ url })
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe(
      url.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
    )
    expect([headers['cache-control'], headers.etag]).toEqual(['no-cache', expect.any(String)])
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(body).not.toMatch(elsewhere)
  })

  test.each([
    '/docs/assets/',
    '/docs/assets/..%2f..%2fpackage.json',
    '/docs/assets/../package.json',
    '/docs/assets/%2e%2e/package.json',
    '/docs/assets/docs.css.map',
  ])('%s is no asset', async (url) => {
    expect((await app.app.inject({ url })).statusCode).toBe(404)
  })

  test('/openapi.json is JSON that names no hidden route', async () => {
    const { status, headers, body } = await app.client().get('/openapi.json')
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    const paths = Object.keys(body.paths as object)
    expect(paths).toContain('/v0/auth/login')
    expect(paths.filter((path) => !/^\/(?:v0|health|\.well-known)/.test(path))).toEqual([])
    const inDevelopment = await development.client().get('/openapi.json')
    expect(Object.keys(inDevelopment.body.paths as object)).toEqual(paths)
  })
})

const local = { host: 'localhost:8080' }
const pages = [
  '/dev/inbox',
  '/dev/inbox/assets/inbox.js',
  '/api/v1/search?query=to:nobody@example.com',
  '/api/v1/search',
]
/** Are there as well, where there is something to show. */
const parts = ['/dev/inbox/news', '/dev/inbox/html/nothing', '/api/v1/message/nothing', '/api/v1/message/nothing/raw']

/** By what nginx, Apache, Caddy, Traefik, HAProxy, Envoy, IIS, squid, tunnels and the networks of others can be told. */
const addedByProxies = [
  'x-forwarded-for',
  'x_forwarded_for',
  'X-Forwarded-Proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-forwarded-prefix',
  'x-forwarded',
  'forwarded',
  'forwarded-for',
  'via',
  'x-real-ip',
  'x-client-ip',
  'client-ip',
  'http-client-ip',
  'x-remote-ip',
  'x-cluster-client-ip',
  'x-original-for',
  'x-original-forwarded-for',
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-rewrite-url',
  'x-envoy-external-address',
  'x-arr-log-id',
  'x-azure-clientip',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'x-appengine-user-ip',
  'x-vercel-forwarded-for',
  'x-scheme',
  'cf-connecting-ip',
  'cf-ray',
  'cdn-loop',
  'true-client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'wl-proxy-client-ip',
  'proxy-connection',
  'max-forwards',
] as const

describe('the inbox', () => {
  const ask = (url: string, headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    app.app.inject({ url, headers, remoteAddress })

  /** Byte by byte what a proxy sends that adds nothing. */
  function sendRaw(url: string, host: string, more = ''): Promise<string> {
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1')
    socket.write(`GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`)
    return text(socket)
  }

  test.each(pages)('%s answers this machine under its own names', async (url) => {
    for (const host of ['localhost', 'localhost:8080', '127.0.0.1:80', '[::1]', '[::1]:8080'])
      expect([host, (await ask(url, { host })).statusCode]).toEqual([host, 200])
    for (const address of ['127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect([address, (await ask(url, local, address)).statusCode]).toEqual([address, 200])
  })

  test.each([...pages, ...parts])('%s is 404 to the network and under any other name', async (url) => {
    for (const address of ['192.0.2.1', '10.0.0.1', '::ffff:192.0.2.1', '2001:db8::1', '::2', '1.127.0.1']) {
      const answer = await ask(url, local, address)
      expect([address, answer.statusCode, answer.headers['x-error-code']]).toEqual([address, 404, 'system:not_found'])
    }
    for (const host of ['evil.example', 'localhost.evil.example', 'xlocalhost', '127.0.0.1.nip.io', '[::2]'])
      expect([host, (await ask(url, { host })).statusCode]).toEqual([host, 404])
  })

  test.each([...pages, ...parts, '/dev/app', '/dev/app/src/app.ts'])(
    '%s is 404 to whoever comes through a proxy on this machine, by whatever it can be told [AT8]',
    async (url) => {
      for (const name of addedByProxies) {
        const { statusCode, headers } = await ask(url, { ...local, [name]: '127.0.0.1' })
        expect([name, statusCode, headers['x-error-code']]).toEqual([name, 404, 'system:not_found'])
      }
      const socket = connect(Number(new URL(app.origin).port), '127.0.0.1')
      socket.write(`GET ${url} HTTP/1.0\r\nHost: localhost:8080\r\n\r\n`)
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /)
    },
  )

  const lab = ['/dev/force', '/dev/errors', '/dev/errors/table']
  test.each([...pages, ...parts, ...lab, '/dev/app', '/dev/app/src/app.ts'])(
    '%s is 404 under the public name, by which a proxy that adds nothing passes it on [AT8]',
    async (url) => {
      expect(await sendRaw(url, 'auth.example.com')).toMatch(/^HTTP\/1\.1 404 /)
      expect(await sendRaw(url, 'auth.example.com:443')).toMatch(/^HTTP\/1\.1 404 /)
    },
  )

  test('nothing is forced under the public name [AT8]', async () => {
    const order = 'X-Postern-Force: session:expired\r\n'
    expect(await sendRaw('/v0/user/me', 'auth.example.com', order)).toMatch(/"user:unauthorized"/)
    expect(await sendRaw('/v0/user/me', 'localhost', order)).toMatch(/"session:expired"/)
  })

  test('what clients of Mailpit and browsers send shows no proxy [AT8]', async () => {
    const sent = {
      'user-agent': 'curl/8.5.0',
      accept: '*/*',
      'accept-encoding': 'gzip',
      'accept-language': 'en',
      connection: 'close',
      cookie: 'a=b',
      origin: 'http://localhost:8080',
      referer: 'http://localhost:8080/dev/app',
      'sec-fetch-site': 'same-origin',
      'upgrade-insecure-requests': '1',
      'x-requested-with': 'XMLHttpRequest',
      'x-request-id': 'one',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }
    for (const url of pages) expect([url, (await ask(url, { ...local, ...sent })).statusCode]).toEqual([url, 200])
  })

  test.each([...pages, ...parts.slice(1)])('%s carries no CORS headers, not even for the front end', async (url) => {
    const cors = (answer: { headers: object }) =>
      Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))
    expect(cors(await ask(url, { ...local, origin: frontendUrl }))).toEqual([])
    expect(cors(await ask(url, { host: 'evil.example', origin: frontendUrl }))).toEqual([])
  })

  test('the mails in the shape of Mailpit, newest first, as a page and by id', async () => {
    const person = await signUp(app)
    await mailsTo(app, person.email)
    await signUp(app, { ...newPerson(), email: person.email })
    await mailsTo(app, person.email, 2)
    const query = encodeURIComponent(`to:${person.email.toUpperCase()}`)
    const { messages } = (await ask(`/api/v1/search?query=${query}`, local)).json() as {
      messages: { ID: string; Subject: string; To: { Address: string }[]; Created: string }[]
    }
    expect(messages).toHaveLength(2)
    expect(messages.map(({ To }) => To[0]?.Address)).toEqual([person.email, person.email])
    const times = messages.map(({ Created }) => Created)
    expect(times).toEqual(times.toSorted().reverse())
    const mail = (await ask(`/api/v1/message/${messages[0]?.ID}`, local)).json() as Record<string, string>
    expect(mail).toMatchObject({ ID: messages[0]?.ID, Subject: messages[0]?.Subject, To: [{ Address: person.email }] })
    expect(mail.Text).toContain(`${frontendUrl}/account/verify-email?token=pot_`)
    expect(mail.HTML).toContain('<a href="https://app.example.com/account/verify-email?token=pot_')
    expect((await ask(`/dev/inbox/html/${messages[0]?.ID}`, local)).body).toBe(mail.HTML)
    const raw = (await ask(`/api/v1/message/${messages[0]?.ID}/raw`, local)).body
    expect(raw).toMatch(/^(?:[\w-]+: .*\r\n(?:\s.*\r\n)*)+\r\n/)
    expect(raw).toContain(`To: ${person.email}\r\n`)
    for (const url of parts.slice(1)) {
      const unknown = await ask(url, local)
      expect([url, unknown.statusCode, unknown.headers['x-error-code']]).toEqual([url, 404, 'system:not_found'])
    }
  })

  test('a search finds by every word, in sender, recipient, subject and text', async () => {
    const { email, handle } = await signUp(app)
    const [mail] = await mailsTo(app, email)
    const find = async (query: string) => {
      const answer = await ask(`/api/v1/search?${new URLSearchParams({ query })}`, local)
      return (answer.json() as { messages: { ID: string }[] }).messages.map(({ ID }) => ID)
    }
    const found = [handle.toUpperCase(), `to:${email} from:postern@localhost`, `${handle} "open this link"`]
    const isOnlyOne = [...found, `subject:code ${handle} localhost`].map((query) => find(query))
    expect(await Promise.all(isOnlyOne)).toEqual(isOnlyOne.map(() => [mail?.id]))
    for (const query of [`${handle} nowhere`, `subject:${handle}`, `to:${email.slice(1)}`]) {
      expect([query, await find(query)]).toEqual([query, []])
    }
  })

  test('mails are marked as read and deleted, by their ids or all of them, as Mailpit does it', async () => {
    const send = (method: 'PUT' | 'DELETE', payload: object) =>
      app.app.inject({ method, url: '/api/v1/messages', headers: local, payload, remoteAddress: '127.0.0.1' })
    const people = [await signUp(app), await signUp(app), await signUp(app)]
    const mails = await Promise.all(people.map(({ email }) => mailsTo(app, email)))
    const [a = '', b = '', c = ''] = mails.map(([mail]) => mail?.id)
    const states = () => [a, b, c].map((id) => app.deps.inbox?.get(id)?.isRead)
    expect((await send('PUT', { IDs: [a, 'nothing'], Read: true })).statusCode).toBe(200)
    expect(states()).toEqual([true, false, false])
    expect((await send('DELETE', { IDs: [b] })).statusCode).toBe(200)
    expect(states()).toEqual([true, undefined, false])
    await send('PUT', { Read: true })
    expect(states()).toEqual([true, undefined, true])
    await send('DELETE', {})
    expect(app.deps.inbox?.list()).toEqual([])
  })

  test("a stranger's HTML stays text, in the mail and on the page", async () => {
    const injected = '<script>alert("1")</script>'
    const escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;'
    const { email, password } = (await signedUp(app)).person
    await app.client().post('/v0/auth/login', { email, password }, { headers: { 'user-agent': injected } })
    const [mail] = await mailsTo(app, email, 2)
    expect(mail?.text).toContain(injected)
    expect(mail?.html).toContain(escaped)
    expect(mail?.html).not.toContain('<script')
    const { headers } = await ask(`/dev/inbox/html/${mail?.id}`, local)
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toMatch(/; sandbox allow-same-origin$/)
    expect(policy).not.toMatch(/script-src|https?:|\*/)
  })
})

const ask = (on: TestApp, url: string, host = 'localhost:8080', remoteAddress = '127.0.0.1') =>
  on.app.inject({ url, headers: { host }, remoteAddress })

describe('the example front end', () => {
  const linked = ['/account/verify-email', '/account/confirm-deletion', '/account/oauth/google/callback']

  test.each(['/dev/app', ...linked])('%s is its page in development', async (url) => {
    const { statusCode, headers, body } = await ask(development, `${url}?token=pot_x`)
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self' 'sha256-")
    expect(policy).not.toMatch(/unsafe|\*/)
    expect(body).not.toMatch(elsewhere)
    expect(body).not.toContain('pot_x')
    const loaded = [...body.matchAll(/(?:src|href)="(\/[^"#]*)"/g)].map(([, one]) => one ?? '')
    expect(loaded.length).toBeGreaterThan(3)
    for (const one of loaded) expect([one, (await ask(development, one)).statusCode]).toEqual([one, 200])
  })

  test.each(['/dev/app', '/dev/app/src/app.ts', '/account/verify-email'])(
    '%s is for this machine alone',
    async (url) => {
      expect((await ask(development, url, 'postern.localhost:8080')).statusCode).toBe(200)
      expect((await ask(development, url, 'evil.example')).statusCode).toBe(404)
      expect((await ask(development, url, 'localhost', '192.0.2.1')).statusCode).toBe(404)
    },
  )

  test.each(['src/app.ts', 'client/client.ts'])('%s is a script without types', async (name) => {
    const { statusCode, headers, body } = await ask(development, `/dev/app/${name}`)
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(body).not.toMatch(/^(?:import|export) type|^export interface| as const/m)
  })

  test.each([
    'tsconfig.json',
    'src/nothing.ts',
    'src/../tsconfig.json',
    '..%2f..%2fpackage.json',
    'client/..%2fmain.ts',
    'client/%2e%2e/main.ts',
    'client/tsconfig.json',
    '%2fetc%2fpasswd',
    'src%00/app.ts',
    '',
  ])('/dev/app/%s is no file of it', async (name) => {
    expect((await ask(development, `/dev/app/${name}`)).statusCode).toBe(404)
  })

  test('behind mailed links is nothing where there is a front end of its own', async () => {
    for (const url of linked) expect((await ask(app, url)).statusCode).toBe(404)
    const own = await startApp({ APP_ENV: 'development' })
    for (const url of linked) expect((await ask(own, url)).statusCode).toBe(404)
    for (const url of ['/dev/inbox', '/dev/app']) expect((await ask(own, url)).statusCode).toBe(200)
    await own.close()
  })

  test('in production there is none of it', async () => {
    const production = await startApp({
      APP_ENV: 'production',
      MAIL_FROM: 'no-reply@example.com',
      SMTP_URL: 'smtp://127.0.0.1:1',
      KEYS_DIR: app.config.keysDir,
      RATE_LIMITS: undefined,
    })
    for (const url of ['/dev/app', '/dev/app/src/app.ts', '/dev/app/style.css', ...linked, ...pages, ...parts])
      expect([url, (await ask(production, url)).statusCode]).toEqual([url, 404])
    await production.close()
  })
})

describe('a mail server of its own', () => {
  test('no inbox where mails go to a server', async () => {
    const mailing = await startApp({ SMTP_URL: 'smtp://127.0.0.1:1' })
    for (const url of [...pages, ...parts]) expect((await ask(mailing, url)).statusCode).toBe(404)
    await mailing.close()
  })
})
