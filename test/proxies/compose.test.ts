import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { signUp } from '../support/people.ts'
import { aliasesOf } from './attacks.ts'
import { type RunningProxy, startProxy } from './examples.ts'
import { programs } from './programs.ts'
import { ask } from './raw-request.ts'

const written = readFileSync(new URL('../../docker/nginx.conf', import.meta.url), 'utf8')

/** In this machine's terms: no Docker whose names are resolved anew, and one replica. */
const localised = (folder: string, port: number, postern: number): string =>
  written
    .replace(/resolver .*;/, '')
    .replace('server api:8080 resolve', `server 127.0.0.1:${postern}`)
    .replace(/server api-replica:8080 .*/, '')
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replaceAll('/tmp/', `${folder}/`)

let app: TestApp
let proxy: RunningProxy | undefined
beforeAll(async () => {
  app = await startApp()
  const program = await programs.nginx()
  if (program === undefined) return
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), 'postern-proxy-'))]
  const files = { 'nginx.conf': localised(folder, port, Number(new URL(app.origin).port)) }
  const parameters = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;']
  proxy = await startProxy({ program, parameters, files, folder, port, ready: '/health/ready' })
})
afterAll(async () => {
  await proxy?.stop()
  await app.close()
})
const running = (context: TestContext): number => proxy?.port ?? context.skip('there is no nginx here')

describe("the proxy of docker-compose.yml's profile scale", () => {
  const forged = '203.0.113.7'
  const attacks = [
    ...['X-Forwarded-For', 'X-Real-IP', 'Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'Forwarded'].map(
      (name) => `${name}: ${forged}`,
    ),
    aliasesOf('X-Forwarded-For')
      .slice(1, 90)
      .map((name) => `${name}: ${forged}`)
      .join('\r\n'),
    `X-Forwarded-For: ${forged}\r\nX-Forwarded-For: ${forged}`,
    `X-Forwarded-For: ${forged}, 127.0.0.1`,
    `Connection: X-Forwarded-For\r\nX-Forwarded-For: ${forged}`,
    `Connection: close, X-Forwarded-For`,
    `X-Forwarded-For : ${forged}`,
    `X-Other: one\r\n X-Forwarded-For: ${forged}`,
  ]

  test('a client has the address that it comes from, whatever it says [AT6]', async (context) => {
    const port = running(context)
    const { email } = await signUp(app)
    const body = JSON.stringify({ email, password: 'not the right one' })
    const json = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const answers = []
    for (const lines of attacks) {
      // 127.0.0.2 is nobody whom Postern trusts.
      answers.push(
        (await ask(port, 'POST /v0/auth/login HTTP/1.1', `${lines}\r\n${json}`, { localAddress: '127.0.0.2' })).status,
      )
    }
    expect(answers.filter((status) => status === 401).length).toBeGreaterThan(attacks.length / 2)
    const seen = await app.sql("select distinct ip_address from security_events where type = 'login_failed'")
    expect(seen).toEqual([{ ip_address: '127.0.0.2' }])
  })

  test('the pages for this machine alone are not behind it [AT8]', async (context) => {
    const port = running(context)
    for (const path of ['/dev/inbox', '/api/v1/search', '/dev/app'])
      expect((await ask(port, `GET ${path} HTTP/1.1`, '', { host: 'localhost' })).status).toBe(404)
  })

  test('refusals arrive as Postern gave them', async (context) => {
    const port = running(context)
    const { status, headers, body } = await ask(port, 'GET /v0/user/me HTTP/1.1')
    expect([status, headers.get('x-error-code')]).toEqual([401, 'user:unauthorized'])
    expect(JSON.parse(body)).toMatchObject({ status: 401, code: 'user:unauthorized' })
  })
})
