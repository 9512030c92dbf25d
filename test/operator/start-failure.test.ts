import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { programFile } from '../support/programs.ts'
import { runAdmin } from '../support/server-process.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'postern-start-'))
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One line that names what to set, whichever program it is. */
async function expectSentence(url: string, says: RegExp) {
  for (const command of ['migrate', 'doctor']) {
    const { code, out, err } = await runAdmin(app, [command], { DATABASE_URL: url })
    expect(code).toBe(1)
    expect(err + out).toMatch(says)
    expect(err + out).toMatch(/DATABASE_URL/)
    expect(err + out).not.toMatch(/^ +at /m)
    expect(err + out).not.toContain('secret-of-pg')
  }
}

describe('what keeps PostgreSQL away is one sentence', () => {
  let server: Server
  let port: number
  beforeAll(async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ]
    await run('openssl', [...made, '-addext', 'subjectAltName=DNS:localhost'])
    const options = { isServer: true, key: readFileSync(key), cert: readFileSync(cert) }
    // As PostgreSQL begins TLS: it is asked for in the clear, and answered by one letter.
    server = createServer((socket: Socket) =>
      socket.once('data', () => {
        socket.write('S')
        new TLSSocket(socket, options).on('error', () => socket.destroy())
      }),
    )
    port = await freePort()
    server.listen(port, '127.0.0.1')
  })
  afterAll(() => void server.close())

  test('an authority that is not trusted [FD66]', () =>
    expectSentence(
      `postgres://a:secret-of-pg@localhost:${port}/b?sslmode=require`,
      /not trusted \(DEPTH_ZERO.+NODE_EXTRA_CA_CERTS.+sslrootcert/,
    ))

  test('a file of the authority that is not there [FD66]', () =>
    expectSentence(
      `postgres://a:secret-of-pg@localhost:${port}/b?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`,
      /there is no file \/nowhere\/ca\.pem/,
    ))

  test('a certificate of ours that is none [FD66]', () =>
    expectSentence(
      `postgres://a:secret-of-pg@localhost:${port}/b?sslmode=require&sslcert=${programFile('main')}`,
      /sslcert or sslkey cannot be read as one \(ERR_OSSL/,
    ))

  test('a standby that only reads [FD66]', async () => {
    const [url, readsOnly] = [inject('postgresUrl'), 'options=-c%20default_transaction_read_only%3Don']
    const base = url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, '$1postgres')
    await expectSentence(
      `${base}${base.includes('?') ? '&' : '?'}${readsOnly}`,
      /PostgreSQL refused the connection \(25006\)|PostgreSQL: it takes no writes/,
    )
  })

  test('a server without TLS, and a database that is not there [FD66]', async () => {
    const url = inject('postgresUrl')
    const mark = url.includes('?') ? '&' : '?'
    await expectSentence(
      url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, '$1nowhere'),
      /PostgreSQL refused the connection \(3D000\)/,
    )
    if (!url.includes('host=/'))
      await expectSentence(`${url}${mark}sslmode=require`, /asks for TLS.+does not support it/)
  })
})

test('an older Node is told in one sentence what is needed [FD64]', async () => {
  const older = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})`
  for (const name of ['main', 'worker', 'cli'] as const) {
    const started = run(process.execPath, ['--import', older, programFile(name)], { cwd: folder })
    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Postern needs Node 26 or newer.+\n$/),
    })
  }
})
