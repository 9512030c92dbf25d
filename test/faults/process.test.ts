import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { isRunning } from '../../src/db/embedded/process.ts'
import { runStatement, withDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { newPerson, type Person } from '../support/people.ts'
import { programFile, sourceFile } from '../support/programs.ts'

type Program = {
  readonly child: ChildProcess
  readonly origin: string
  output(): string
  /** Its exit code, or the signal. */
  ended(): Promise<number | string | null>
}

let children: Program[]
beforeEach(() => {
  children = []
})
afterEach(async () => {
  for (const program of children) {
    program.child.kill('SIGKILL')
    await program.ended()
  }
})

type Environment = Readonly<Record<string, string>>

/** A program as an operator starts it: nothing of the tests' environment gets through. */
function spawnFile(file: string, env: Environment, ...parameters: string[]): Program {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  const child = spawn(process.execPath, [file, ...parameters], {
    env: { ...inherited, ...env },
    cwd: tmpdir(),
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  const ending = once(child, 'close').then(([code, signal]) => code ?? signal)
  const program = { child, origin: `http://127.0.0.1:${env.PORT}`, output: () => text, ended: () => ending }
  children.push(program)
  return program
}

const spawnProgram = (name: 'main' | 'cli', env: Environment, ...parameters: string[]): Program =>
  spawnFile(programFile(name), env, ...parameters)

async function startServer(env: Environment): Promise<Program> {
  const server = spawnProgram('main', { ARGON2_MEMORY_KIB: '8192', ARGON2_TIME_COST: '1', ...env })
  await vi.waitFor(
    async () => {
      if (server.child.exitCode !== null) throw new Error(`it ended: ${server.output()}`)
      expect((await fetch(`${server.origin}/health/ready`)).status).toBe(200)
    },
    { timeout: 30_000, interval: 20 },
  )
  return server
}

async function stop(server: Program): Promise<void> {
  server.child.kill('SIGTERM')
  expect(await server.ended()).toBe(0)
}

/** Cookies by name. */
type Jar = Map<string, string>

async function send(server: Program, method: string, path: string, { body, jar }: { body?: unknown; jar?: Jar } = {}) {
  const cookie = [...(jar ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  const reply = await fetch(`${server.origin}${path}`, {
    method,
    headers: { ...(cookie && { cookie }), ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  for (const line of reply.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    jar?.set(name, value)
  }
  return reply
}

async function mailedToken(server: Program, email: string, subject: RegExp): Promise<string> {
  const { messages } = (await (await send(server, 'GET', `/api/v1/search?query=to:${email}`)).json()) as {
    messages: { ID: string; Subject: string }[]
  }
  const id = messages.find((mail) => subject.test(mail.Subject))?.ID
  const { Text } = (await (await send(server, 'GET', `/api/v1/message/${id}`)).json()) as { Text: string }
  return /token=(\S+)/.exec(Text)?.[1] ?? ''
}

type Account = { readonly person: Person; readonly jar: Jar; readonly token: string }

async function signUp(server: Program): Promise<Account> {
  const person = newPerson({ password: `the password ${randomUUID()}` })
  expect((await send(server, 'POST', '/v0/auth/signup', { body: person })).status).toBe(202)
  const token = await mailedToken(server, person.email, /is your code$/)
  const jar: Jar = new Map()
  expect((await send(server, 'POST', '/v0/auth/verify-email', { body: { token }, jar })).status).toBe(204)
  return { person, jar, token }
}
const isSignedIn = async (server: Program, { jar }: Account) =>
  (await send(server, 'GET', '/v0/user/me', { jar })).status === 200

/** One sentence, not a stack. */
const expectSentence = (text: string, about: RegExp) => {
  expect(text).toMatch(about)
  expect(text).not.toMatch(/^\s+at /m)
  expect(
    text
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('{')),
  ).toHaveLength(1)
}

describe('a server with everything by default', () => {
  let dataDir: string
  let env: Environment
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'postern-process-'))
    // PostgreSQL does not run as root: its own user must get through.
    chmodSync(dataDir, 0o711)
    env = { PORT: String(await freePort()), DATA_DIR: dataDir }
  })
  afterEach(async () => {
    // PostgreSQL outlives a killed server only until the next one takes it over.
    const pid = postmasterPid()
    if (pid !== undefined && (await isRunning(pid))) process.kill(pid, 'SIGQUIT')
    if (pid !== undefined) await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout: 5000 })
  })
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

  function postmasterPid(): number | undefined {
    try {
      return Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10)
    } catch {
      return undefined
    }
  }

  test('starts with nothing set, says where it is, stops without a trace, and has its data the second time', async () => {
    const first = await startServer(env)
    await vi.waitFor(() => expect(first.output()).toContain('is running'))
    for (const path of ['', '/docs', '/dev/app', '/dev/inbox']) {
      expect(first.output()).toContain(`http://localhost:${env.PORT}${path}`)
      if (path) expect((await send(first, 'GET', path)).status).toBe(200)
    }
    const account = await signUp(first)
    const pid = postmasterPid() ?? 0
    expect(await isRunning(pid)).toBe(true)
    await stop(first)
    expect(await isRunning(pid)).toBe(false)

    const second = await startServer(env)
    expect(await isSignedIn(second, account)).toBe(true)
    await stop(second)
  })

  test('killed at once, it starts again with everything that it had acknowledged [FT11]', async () => {
    const killed = await startServer(env)
    const account = await signUp(killed)
    killed.child.kill('SIGKILL')
    await killed.ended()
    const next = await startServer(env)
    expect(await isSignedIn(next, account)).toBe(true)
    await stop(next)
  })

  test('beside a running server: a second one is refused, the command line joins in', async () => {
    const server = await startServer(env)
    const second = spawnProgram('main', { ...env, PORT: String(await freePort()) })
    expect(await second.ended()).toBe(1)
    expectSentence(second.output(), new RegExp(dataDir))

    const samePort = spawnProgram('main', {
      PORT: env.PORT ?? '',
      DATABASE_URL: inject('postgresUrl'),
      DATA_DIR: dataDir,
    })
    expect(await samePort.ended()).toBe(1)
    expectSentence(samePort.output(), /PORT|port/)

    const migrate = spawnProgram('cli', env, 'migrate')
    expect([await migrate.ended(), migrate.output()]).toEqual([0, expect.stringContaining('up to date')])
    const keys = spawnProgram('cli', env, 'keys', 'init')
    expect([await keys.ended(), keys.output()]).toEqual([0, expect.stringContaining('nothing was changed')])
    const account = await signUp(server)
    expect(await isSignedIn(server, account)).toBe(true)
    await stop(server)
  })

  test('says nothing of passwords, mailed tokens and session tokens in its whole life [LG1]', async () => {
    const server = await startServer({ ...env, LOG_LEVEL: 'trace' })
    const { person, jar, token } = await signUp(server)
    const session = [...jar.values()]
    const wrong = `wrong ${randomUUID()}`
    const post = (path: string, body?: unknown) => send(server, 'POST', path, { body, jar })
    expect((await post('/v0/auth/login', { email: person.email, password: wrong })).status).toBe(401)
    const { email, password } = person
    expect((await send(server, 'POST', '/v0/auth/login', { body: { email, password } })).status).toBe(202)
    expect((await post('/v0/auth/signup', { ...person, password: 'short' })).status).toBe(400)
    await send(server, 'GET', `/account/verify-email?token=${token}`)
    await send(server, 'GET', `/nowhere?token=${token}`)
    expect((await post('/v0/auth/verify-email', { token })).status).toBe(400)
    expect((await send(server, 'GET', '/v0/user/me', { jar })).status).toBe(200)
    expect((await post('/v0/auth/logout')).status).toBe(204)
    const device = await mailedToken(server, person.email, /new device/)
    const deviceJar: Jar = new Map()
    const answer = await send(server, 'POST', '/v0/auth/device/verify', { body: { token: device }, jar: deviceJar })
    expect(answer.status).toBe(204)
    await stop(server)
    const secrets = [person.password, wrong, token, device, ...session, ...deviceJar.values()].filter(Boolean)
    expect(secrets.length).toBeGreaterThanOrEqual(7)
    expect(server.output()).toContain('/v0/auth/login')
    for (const secret of secrets) expect(server.output()).not.toContain(secret)
  })
})

test('two servers that start at once on one fresh database both serve, and share it', async () => {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await runStatement(inject('postgresUrl'), `create database ${name}`)
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-process-'))
  try {
    const shared = { DATABASE_URL: withDatabase(inject('postgresUrl'), name), DATA_DIR: dataDir }
    const ports = [String(await freePort()), String(await freePort())]
    const [one, other] = await Promise.all(ports.map((port) => startServer({ ...shared, PORT: port })))
    if (!(one && other)) throw new Error('both must have started')
    expect(await isSignedIn(other, await signUp(one))).toBe(true)
    expect(await isSignedIn(one, await signUp(other))).toBe(true)
    await Promise.all([stop(one), stop(other)])
  } finally {
    for (const { child, ended } of children) if (child.kill('SIGKILL')) await ended()
    await runStatement(inject('postgresUrl'), `drop database ${name} with (force)`)
    rmSync(dataDir, { recursive: true, force: true })
  }
})

describe('what cannot start says why, built or from its sources', () => {
  test('all mistakes of the configuration at once, without a secret', async () => {
    const server = spawnProgram('main', {
      PORT: 'http',
      RATE_LIMITS: 'maybe',
      DATABASE_POOL_SIZE: '0',
      DATABASE_URL: 'mysql://user:hidden-password@db/x',
      SESSION_IDLE_TTL_SECONDS: '-1',
    })
    expect(await server.ended()).toBe(1)
    for (const name of ['PORT', 'RATE_LIMITS', 'DATABASE_POOL_SIZE', 'DATABASE_URL', 'SESSION_IDLE_TTL_SECONDS'])
      expect(server.output()).toMatch(new RegExp(`^ *${name} must `, 'm'))
    expect(server.output()).not.toContain('hidden-password')
    expect(server.output()).not.toMatch(/^\s+at /m)
  })

  test('production with nothing set', async () => {
    const server = spawnFile(sourceFile('main'), { APP_ENV: 'production' })
    expect(await server.ended()).toBe(1)
    for (const name of ['PUBLIC_URL', 'FRONTEND_URL', 'SMTP_URL', 'MAIL_FROM', 'DATABASE_URL'])
      expect(server.output()).toMatch(new RegExp(`^ *${name} must be set in production`, 'm'))
  })

  test('a database that is not there', async () => {
    const url = `postgres://u:hidden-password@127.0.0.1:${await freePort()}/x`
    const server = spawnProgram('main', { DATABASE_URL: url, PORT: String(await freePort()) })
    expect(await server.ended()).toBe(1)
    expectSentence(server.output(), /Cannot connect to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/)
    expect(server.output()).not.toContain('hidden-password')
  })

  test('a worker without its secret', async () => {
    const worker = spawnFile(sourceFile('worker'), {})
    expect(await worker.ended()).toBe(1)
    expect(worker.output()).toMatch(/WORKER_SECRET must /)
  })

  test('a command that there is not: exit code 2 and the list', async () => {
    const cli = spawnFile(sourceFile('cli'), {}, 'frobnicate')
    expect(await cli.ended()).toBe(2)
    expect(cli.output()).toContain('no command "frobnicate"')
    for (const name of ['migrate', 'keys init']) expect(cli.output()).toMatch(new RegExp(`^ {2}${name} `, 'm'))
  })
})
