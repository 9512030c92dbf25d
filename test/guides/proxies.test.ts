import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { nginxAround, type RunningProxy, startProxy } from '../proxies/examples.ts'
import { type ProxyName, programs } from '../proxies/programs.ts'
import { ask } from '../proxies/raw-request.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { freePort } from '../support/free-port.ts'
import { signedUp, signUp } from '../support/people.ts'
import { fileOf } from './guide.ts'

const own = 'https://app.example.com'
const folder = useFolder('return-to')

/** A server that says who it is, where it was asked and as whom. */
async function startBehind(name: string) {
  const server = createServer((request, response) => {
    const { 'x-user-id': userId, x_user_id: alias } = request.headers
    const body = JSON.stringify({ name, url: request.url, userId, alias })
    response.setHeader('content-length', Buffer.byteLength(body)).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => server.close() }
}
type Behind = Awaited<ReturnType<typeof startBehind>>

let app: TestApp
let application: Behind
let frontEnd: Behind
let cookie: string
let userId: string
let banned: string
beforeAll(async () => {
  const settings = { PUBLIC_URL: own, FRONTEND_URL: own }
  ;[app, application, frontEnd] = await Promise.all([
    startApp(settings),
    startBehind('application'),
    startBehind('front end'),
  ])
  const cookieOf = ({ client }: Awaited<ReturnType<typeof signedUp>>) =>
    `Cookie: __Host-session_id=${client.cookies.get('__Host-session_id')}`
  const [somebody, closed] = [await signedUp(app), await signedUp(app)]
  cookie = cookieOf(somebody)
  userId = String((await somebody.client.get('/v0/user/me')).body.id)
  await app.sql('update users set banned_at = now() where email = $1', [closed.person.email])
  banned = cookieOf(closed)
})
afterAll(async () => {
  application.stop()
  frontEnd.stop()
  await app.close()
})

/** In this machine's terms, without TLS: nothing else of the guide changes. */
const localised = (text: string): string =>
  text
    .replaceAll('postern:8080', new URL(app.origin).host)
    .replaceAll('front-end:5173', frontEnd.address)
    .replaceAll('application:3000', application.address)

async function start(name: 'nginx' | 'caddy', program: string): Promise<RunningProxy> {
  const [port, home] = [await freePort(), mkdtempSync(join(tmpdir(), 'postern-proxy-'))]
  if (name === 'nginx') {
    const server = localised(fileOf('nginx', '/etc/nginx/conf.d/app.conf'))
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
      .replaceAll(/ssl_certificate.*;/g, '')
    const parameters = ['-p', home, '-c', join(home, 'nginx.conf'), '-e', 'stderr']
    return startProxy({
      program,
      parameters,
      files: { 'nginx.conf': nginxAround(home, server) },
      folder: home,
      port,
      ready: '/sign-in',
    })
  }
  const site = localised(fileOf('caddy', '/etc/caddy/Caddyfile')).replace(
    'app.example.com {',
    `http://app.example.com:${port} {\n  bind 127.0.0.1`,
  )
  const parameters = ['run', '--config', join(home, 'Caddyfile'), '--adapter', 'caddyfile']
  return startProxy({
    program,
    parameters,
    files: { Caddyfile: `{\n  admin off\n}\n${site}` },
    folder: home,
    port,
    ready: '/sign-in',
  })
}

type ReturnTo = (location: { readonly origin: string; readonly search: string }) => string

async function documentedReturn(name: 'nginx' | 'caddy'): Promise<ReturnTo> {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, fileOf(name, 'return-to.js'))
  return ((await import(pathToFileURL(file).href)) as { readonly returnTo: ReturnTo }).returnTo
}

const page = 'Accept: text/html,application/xhtml+xml'
const proxies = (['nginx', 'caddy', 'caddy of today'] as const satisfies readonly ProxyName[]).map((name) => ({
  name,
  guide: name === 'nginx' ? name : ('caddy' as const),
}))

describe.each(proxies)('docs/guides, $name', ({ name, guide }) => {
  let proxy: RunningProxy | undefined
  let returnTo: ReturnTo
  beforeAll(async () => {
    const program = await programs[name]()
    if (program !== undefined) proxy = await start(guide, program)
    returnTo = await documentedReturn(guide)
  })
  afterAll(() => proxy?.stop())
  const running = (context: TestContext): number => proxy?.port ?? context.skip(`there is no ${name} here`)
  const comesBackTo = (location = '?'): string => returnTo({ origin: own, search: new URL(location, own).search })

  test('who is not signed in is sent to the sign-in page, and comes back to the very page', async (context) => {
    const port = running(context)
    for (const target of ['/', '/wiki', '/wiki?page=1&edit=2', '/wiki/caf%C3%A9?next=/a&return_to=/b']) {
      const { status, headers } = await ask(port, `GET ${target} HTTP/1.1`, page)
      expect([status, headers.get('location')]).toEqual([303, `/sign-in?return_to=${target}`])
      expect(comesBackTo(headers.get('location'))).toBe(own + target)
    }
  })

  test('a script and a form are told 401', async (context) => {
    const port = running(context)
    for (const [method, lines] of [
      ['GET', 'Accept: application/json'],
      ['GET', ''],
      ['POST', `${page}\r\nContent-Length: 0`],
    ] as const) {
      const { status, headers } = await ask(port, `${method} /wiki HTTP/1.1`, lines)
      expect([method, lines, status, headers.get('location')]).toEqual([method, lines, 401, undefined])
    }
  })

  test('whatever the address, nobody is led to another site', async (context) => {
    const port = running(context)
    const targets = [
      ...[
        '//evil.example/',
        '///evil.example',
        '/\\evil.example',
        '/%0d%0aSet-Cookie:%20a=b',
        '/%0aLocation:%20//evil.example',
      ],
      ...[
        '/%5cevil.example',
        '/x?https://evil.example',
        '/.//evil.example',
        '/a/..//evil.example',
        'http://evil.example/x',
      ],
    ]
    for (const target of targets) {
      const { status, headers } = await ask(port, `GET ${target} HTTP/1.1`, page)
      if (status !== 303) continue
      const location = headers.get('location') ?? ''
      expect([target, location.startsWith('/sign-in?return_to=/'), headers.get('set-cookie')]).toEqual([
        target,
        true,
        undefined,
      ])
      expect([target, new URL(comesBackTo(location)).origin]).toEqual([target, own])
    }
    const written = [
      ...[
        'https://evil.example',
        '//evil.example',
        '/\\evil.example',
        '\\\\evil.example',
        'javascript:alert(1)',
        'data:text/html,x',
      ],
      ...[
        '\t//evil.example',
        '/\t/evil.example',
        'https:evil.example',
        'http://app.example.com',
        'https://app.example.com@evil.example',
      ],
    ]
    for (const place of written)
      expect([place, new URL(returnTo({ origin: own, search: `?return_to=${place}` })).origin]).toEqual([place, own])
  })

  test('who is signed in is whom Postern names, whatever headers come; who is banned is refused', async (context) => {
    const port = running(context)
    const forged = 'X-User-Id: forged\r\nX_User_Id: forged'
    const { status, body } = await ask(port, 'GET /wiki?page=1 HTTP/1.1', `${page}\r\n${cookie}\r\n${forged}`)
    expect([status, JSON.parse(body)]).toEqual([200, { name: 'application', url: '/wiki?page=1', userId }])
    expect((await ask(port, 'GET /wiki HTTP/1.1', `${page}\r\n${banned}`)).status).toBe(403)
  })

  test('Postern and the front end are there for everybody', async (context) => {
    const port = running(context)
    for (const path of ['/sign-in?return_to=/wiki', '/sign-up', '/account/verify-email?token=x']) {
      const { status, body } = await ask(port, `GET ${path} HTTP/1.1`, page)
      expect([status, JSON.parse(body)]).toMatchObject([200, { name: 'front end', url: path }])
    }
    const { email, password } = await signUp(app)
    const body = JSON.stringify({ email, password })
    const json = `Origin: ${own}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const { headers } = await ask(port, 'POST /v0/auth/login HTTP/1.1', json)
    expect(headers.get('x-error-code')).toBe('user:not_verified')
  })
})
