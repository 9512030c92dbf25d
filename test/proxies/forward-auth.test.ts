import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { impersonating } from '../impersonation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { signedUp } from '../support/people.ts'
import { readingsOf, startApplication, variablesIn } from './application.ts'
import { headerAttacks, identityHeaders, targets } from './attacks.ts'
import { documentedVerification, type Verify } from './documented-verification.ts'
import { type RunningProxy, startExample } from './examples.ts'
import { type ProxyName, programs } from './programs.ts'
import { ask, inTurns } from './raw-request.ts'

let app: TestApp
let application: Awaited<ReturnType<typeof startApplication>>
/** The cookies of users; of the last one it is an administrator who is in the account. */
let cookie: string
let banned: string
let impersonated: string
/** What Postern says of each who is signed in, but for the JWT, which is another each time. */
let said: Readonly<Record<string, Identity>>
beforeAll(async () => {
  ;[app, application] = await Promise.all([startApp({ IMPERSONATION: 'event' }), startApplication()])
  const { client } = await signedUp(app)
  await app.sql("insert into user_roles (user_id, role) select id, 'mod' from users")
  const other = await signedUp(app)
  await app.sql('update users set banned_at = now() where email = $1', [other.person.email])
  const { browser } = await impersonating(app)
  ;[cookie, banned, impersonated] = [cookieOf(client), cookieOf(other.client), cookieOf(browser)]
  said = { [cookie]: await identityOf(client), [impersonated]: await identityOf(browser) }
})
afterAll(async () => {
  application.stop()
  await app.close()
})

type Identity = Readonly<Record<string, readonly string[]>>

const cookieOf = ({ cookies }: TestClient): string => `Cookie: __Host-session_id=${cookies.get('__Host-session_id')}`

async function identityOf(client: TestClient): Promise<Identity> {
  const { headers } = await client.get('/v0/auth/check')
  return Object.fromEntries(
    identityHeaders.map((name) => [
      name,
      [headers[name.toLowerCase()] ?? []]
        .flat()
        .map(String)
        .filter((value) => value !== ''),
    ]),
  )
}

const variableOf = (name: string): string => name.toUpperCase().replaceAll('-', '_')

/** What the application reads of each header: all its values, and none where it is empty. */
function identityIn(text: string): Identity {
  const variables = variablesIn(text)
  return Object.fromEntries(
    identityHeaders.map((name) => [name, (variables.get(variableOf(name)) ?? []).filter((value) => value !== '')]),
  )
}

const none: Identity = Object.fromEntries(identityHeaders.map((name) => [name, []]))
const isPublic = (target: string): boolean => [...readingsOf(target)].every((path) => /^\/public(?:\/|$)/.test(path))

test('these are all headers by which an application learns who it is [AT6]', async () => {
  const { paths } = (await app.client().get('/openapi.json')).body as { paths: Record<string, { get: Operation }> }
  expect(Object.keys(paths['/v0/auth/check']?.get.responses['204'].headers ?? {})).toEqual(identityHeaders)
})

type Operation = { readonly responses: { readonly 204: { readonly headers?: object } } }

describe.each(Object.keys(programs) as ProxyName[])('the example for %s', (name) => {
  describe.each(['/v0/auth/check', '/v0/auth/check?identity=jwt'])('that asks %s', (checkUrl) => {
    const isSigned = checkUrl.includes('jwt')
    let proxy: RunningProxy | undefined
    let verify: Verify
    beforeAll(async () => {
      const program = await programs[name]()
      const places = { postern: Number(new URL(app.origin).port), application: application.port, checkUrl }
      if (program !== undefined) proxy = await startExample(name, program, places)
      verify = await documentedVerification(app)
    })
    afterAll(() => proxy?.stop())
    const running = (context: TestContext): number => proxy?.port ?? context.skip(`there is no ${name} here`)

    async function expectSaid(who: string, text: string): Promise<void> {
      const { 'X-Postern-Identity': signed = [], ...plain } = identityIn(text)
      const { 'X-Postern-Identity': _none, ...expected } = said[who] ?? {}
      expect([text, plain]).toEqual([text, expected])
      expect(signed).toHaveLength(isSigned ? 1 : 0)
      if (!isSigned) return
      const { userId, impersonatorId } = await verify({ headers: { 'x-postern-identity': signed[0] } })
      expect([[userId], [impersonatorId ?? []].flat()]).toEqual([expected['X-User-Id'], expected['X-Impersonator-Id']])
    }

    /** Each is exactly what Postern said of `who`, or there is nobody and the path is public however it is read. */
    async function judge(who = cookie): Promise<{ signedIn: number; nobody: number }> {
      const seen = { signedIn: 0, nobody: 0 }
      for (const { target, text } of application.take()) {
        const identity = identityIn(text)
        if (identity['X-User-Id']?.length === 0) {
          expect([text, identity]).toEqual([text, none])
          expect([target, isPublic(target)]).toEqual([target, true])
          seen.nobody += 1
          continue
        }
        await expectSaid(who, text)
        seen.signedIn += 1
      }
      return seen
    }

    test.for([
      ['/public/page', 'nobody', 200],
      ['/public/page', 'somebody', 200],
      ['/private', 'nobody', 401],
      ['/private', 'somebody', 200],
    ] as const)('on %s %s is whom Postern names, whatever headers come [AT6]', async ([path, who, status], context) => {
      const port = running(context)
      const own = who === 'somebody' ? cookie : ''
      application.take()
      for (const method of ['GET', 'POST']) {
        const asked = `${method} ${path} HTTP/1.1`
        expect((await ask(port, asked, own)).status).toBe(status)
        const answers = await inTurns(headerAttacks, (lines) => ask(port, asked, own ? `${own}\r\n${lines}` : lines))
        const shown = answers.filter((answer) => answer.status === 200)
        // Most of them are requests like any other.
        if (status === 200) expect(shown.length).toBeGreaterThan(headerAttacks.length / 3)
        else expect(shown).toEqual([])
      }
      const seen = await judge()
      expect(path === '/private' ? seen.nobody : seen.signedIn).toBe(0)
    })

    test('of an administrator in an account the application learns, with their limits [AT6]', async (context) => {
      const port = running(context)
      application.take()
      for (const lines of ['', 'X-Impersonation-Read-Only: false', 'X_Impersonator_Id: nobody'])
        expect((await ask(port, 'POST /private HTTP/1.1', `${impersonated}\r\n${lines}`.trim())).status).toBe(200)
      expect(said[impersonated]).toMatchObject({ 'X-Impersonation-Read-Only': ['true'] })
      expect((await judge(impersonated)).signedIn).toBeGreaterThan(0)
    })

    test('without a session nothing but a public path is shown, however it is written [AT6]', async (context) => {
      const port = running(context)
      application.take()
      for (const own of ['', cookie])
        await inTurns(
          targets.flatMap((target) => [`GET ${target} HTTP/1.1`, `GET ${target} HTTP/1.0`]),
          (asked) => ask(port, asked, own),
        )
      expect((await judge()).nobody).toBeGreaterThan(0)
    })

    test("refusals and the application's redirects arrive as the page says", async (context) => {
      const port = running(context)
      for (const [own, status, code] of [
        ['', 401, 'user:unauthorized'],
        [banned, 403, 'user:banned'],
      ] as const) {
        const refused = await ask(port, 'GET /private HTTP/1.1', own)
        expect(refused.status).toBe(status)
        if (name === 'nginx') expect(refused.headers.get('content-type')).toBe('text/html')
        else expect([refused.headers.get('x-error-code'), refused.body]).toEqual([code, expect.stringContaining(code)])
      }
      const moved = await ask(port, 'GET /private/moved HTTP/1.1', cookie)
      expect([moved.status, moved.headers.get('location')]).toEqual([303, '/public/elsewhere?kept=1'])
      expect((await ask(port, 'GET /auth-check HTTP/1.1', cookie)).status).toBe(name === 'nginx' ? 404 : 200)
      application.take()
    })

    test.skipIf(name === 'nginx')('a WebSocket can still be opened', async (context) => {
      const port = running(context)
      application.take()
      const asked = 'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13'
      await ask(port, 'GET /private/socket HTTP/1.1', `${cookie}\r\n${asked}`)
      const [arrival] = application.take()
      expect(arrival?.text).toMatch(/^connection: upgrade\r$/im)
      expect(arrival?.text).toMatch(/^upgrade: websocket\r$/im)
    })

    test("the client's query is the application's, not the check's", async (context) => {
      const port = running(context)
      application.take()
      for (const query of ['identity=jwt', 'identity=passport', 'identity'])
        expect((await ask(port, `GET /private?${query} HTTP/1.1`, cookie)).status).toBe(200)
      expect(await judge()).toEqual({ signedIn: 3, nobody: 0 })
    })
  })
})
