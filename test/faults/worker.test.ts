import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { frontendUrl, publicUrl, startApp, type TestApp } from '../support/app.ts'
import { createDatabase, runStatement, type TestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { newPerson } from '../support/people.ts'
import { programFile } from '../support/programs.ts'

type Program = { readonly child: ChildProcess; readonly output: () => string }

let home: string
let programs: Program[]
let app: TestApp | undefined
let database: TestDatabase
let smtp: MailServer
let env: Record<string, string>

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'postern-worker-'))
  programs = []
  app = undefined
  database = await createDatabase(inject('postgresUrl'))
  smtp = await openMailServer()
  const port = await freePort()
  env = {
    APP_ENV: 'test',
    PUBLIC_URL: publicUrl,
    FRONTEND_URL: frontendUrl,
    DATABASE_URL: database.url,
    DATA_DIR: home,
    SMTP_URL: smtp.url,
    WORKER_URL: `http://127.0.0.1:${port}`,
    WORKER_PORT: String(port),
    WORKER_SECRET: randomBytes(32).toString('hex'),
    WORKER_TIMEOUT_MS: '1000',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
    RATE_LIMITS: '1000',
  }
})
afterEach(async () => {
  for (const { child } of programs) await kill(child)
  await app?.close()
  await smtp.close()
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

async function start(name: 'main' | 'worker', says: RegExp, more: Record<string, string> = {}): Promise<Program> {
  const inherited = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  const child = spawn(process.execPath, [programFile(name)], { env: { ...inherited, ...env, ...more }, cwd: home })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  const program = { child, output: () => text }
  programs.push(program)
  await vi.waitFor(
    () => {
      if (!says.test(text)) throw new Error(`${name} does not start: ${text}`)
    },
    { timeout: 30_000, interval: 20 },
  )
  return program
}
const startWorker = () => start('worker', /is listening at/)

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

type MailServer = {
  readonly url: string
  /** Every DATA that was received, whether or not it was answered. */
  readonly received: { readonly to: string; readonly messageId: string | undefined; readonly answered: boolean }[]
  hold: boolean
  /** Called where a recipient is named; while it waits the conversation does. */
  beforeText: () => Promise<void>
  close(): Promise<void>
}

async function openMailServer(): Promise<MailServer> {
  const state: MailServer = {
    url: '',
    received: [],
    hold: false,
    beforeText: async () => {},
    close: async () => undefined,
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onRcptTo: (_address, _session, done) => void state.beforeText().then(() => done()),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const { messageId } = await PostalMime.parse(Buffer.concat(chunks))
        const answered = !state.hold
        for (const { address: to } of session.envelope.rcptTo) state.received.push({ to, messageId, answered })
        if (answered) done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return Object.assign(state, { url, close: () => new Promise<void>((resolve) => server.close(resolve)) })
}

/** Where the end of a job could not be noted either, it is taken up again when it has expired: after twenty seconds. */
const until = (check: () => void, timeout = 45_000) => vi.waitFor(check, { timeout, interval: 20 })
const mailsTo = (email: string) => smtp.received.filter(({ to }) => to === email)

describe('a worker of its own', () => {
  test('delivers what the API asks for, and a wrong secret gets nothing out of it', async () => {
    app = await startApp(env)
    await startWorker()
    const person = newPerson()
    expect((await app.client().post('/v0/auth/signup', person)).status).toBe(202)
    expect(mailsTo(person.email)).toHaveLength(1)
    expect((await app.client().get('/health/ready')).body).toMatchObject({ status: 'up', checks: { worker: 'up' } })
    const reply = await fetch(`${env.WORKER_URL}/deliveries/00000000-0000-0000-0000-000000000000`, { method: 'POST' })
    expect(reply.status).toBe(401)
  })

  test('not there: 503 worker:connection_failed, degraded; once it is there the mail comes, once [FT7]', async () => {
    app = await startApp(env)
    const person = newPerson()
    const answer = await app.client().post('/v0/auth/signup', person)
    expect([answer.status, answer.code]).toEqual([503, 'worker:connection_failed'])
    const ready = await app.client().get('/health/ready')
    expect([ready.status, ready.body.status]).toEqual([200, 'degraded'])
    await startWorker()
    await until(() => expect(mailsTo(person.email)).toHaveLength(1))
    await until(async () => expect(await app?.sql('select 1 from mails where sent_at is null')).toEqual([]))
    expect(mailsTo(person.email)).toHaveLength(1)
  })

  test('beside another one: of many mails each goes out once', async () => {
    app = await startApp({ ...env, MAIL_DELIVERY: 'queue' })
    await startWorker()
    await start('worker', /is listening at/, { WORKER_PORT: String(await freePort()) })
    const people = Array.from({ length: 30 }, () => newPerson())
    // No more at a time than there is room to hash for, however busy the machine.
    for (let first = 0; first < people.length; first += 6) {
      const wave = people.slice(first, first + 6)
      const signUps = wave.map(async (person) => (await app?.client().post('/v0/auth/signup', person))?.status)
      expect(new Set(await Promise.all(signUps))).toEqual(new Set([202]))
    }
    await until(async () => expect(await app?.sql('select 1 from mails where sent_at is null')).toEqual([]))
    expect(smtp.received.map(({ to }) => to).toSorted()).toEqual(people.map(({ email }) => email).toSorted())
  })

  test('killed in the middle of a conversation: the documented error, and after a restart the mail, as one mail [FT11]', async () => {
    app = await startApp(env)
    const { child } = await startWorker()
    smtp.hold = true
    const person = newPerson()
    const answering = app.client().post('/v0/auth/signup', person)
    await until(() => expect(mailsTo(person.email)).toHaveLength(1))
    await kill(child)
    expect(['worker:connection_failed', 'worker:response_invalid']).toContain((await answering).code)
    smtp.hold = false
    await startWorker()
    await until(() => expect(mailsTo(person.email).filter(({ answered }) => answered)).toHaveLength(1))
    await until(async () => expect(await app?.sql('select 1 from mails where sent_at is null')).toEqual([]))
    const mails = mailsTo(person.email)
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1)
    expect(mails.filter(({ answered }) => answered)).toHaveLength(1)
  })

  test('lives on when PostgreSQL ends its connections in the middle of a conversation, and the mail comes', async () => {
    app = await startApp({ ...env, MAIL_DELIVERY: 'queue' })
    const { child, output } = await startWorker()
    smtp.hold = true
    const person = newPerson()
    expect((await app.client().post('/v0/auth/signup', person)).status).toBe(202)
    await until(() => expect(mailsTo(person.email)).toHaveLength(1))
    smtp.hold = false
    const name = new URL(database.url).pathname.slice(1)
    await runStatement(
      inject('postgresUrl'),
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    )
    await until(() => expect(mailsTo(person.email).filter(({ answered }) => answered)).toHaveLength(1))
    expect(new Set(mailsTo(person.email).map(({ messageId }) => messageId)).size).toBe(1)
    expect([child.exitCode, output()]).toEqual([null, expect.not.stringContaining('nobody caught')])
  })

  test('hands nothing over once the lock on its row is lost, and the mail comes once [FT11]', async () => {
    app = await startApp({ ...env, MAIL_DELIVERY: 'queue' })
    // Far beyond the moment in which it must notice.
    const { output } = await start('worker', /is listening at/, { WORKER_TIMEOUT_MS: '14000' })
    const named = Promise.withResolvers<void>()
    const lost = Promise.withResolvers<void>()
    smtp.beforeText = async () => {
      smtp.beforeText = async () => {}
      named.resolve()
      await lost.promise
    }
    const person = newPerson()
    expect((await app.client().post('/v0/auth/signup', person)).status).toBe(202)
    await named.promise
    const name = new URL(database.url).pathname.slice(1)
    await runStatement(
      inject('postgresUrl'),
      // Not the job queue's, which would hold the next try up.
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name = 'postern'`,
    )
    await until(() => expect(output()).toContain('a mail could not be handed over'), 5000)
    lost.resolve()
    await until(async () => expect(await app?.sql('select 1 from mails where sent_at is null')).toEqual([]))
    expect(mailsTo(person.email)).toHaveLength(1)
  })

  test('ends at SIGTERM with code 0, also while a mail server keeps it waiting', async () => {
    app = await startApp(env)
    const { child, output } = await startWorker()
    smtp.hold = true
    const person = newPerson()
    const answering = app.client().post('/v0/auth/signup', person)
    await until(() => expect(mailsTo(person.email)).toHaveLength(1))
    const startedAt = performance.now()
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect((await answering).code).toBe('worker:verification_email_send_failed')
    for (const secret of [env.WORKER_SECRET ?? '', person.email]) expect(output()).not.toContain(secret)
  })

  test('what the API had acknowledged when it was killed goes out, once [FT11]', async () => {
    const port = String(await freePort())
    const api = await start('main', /is running/, { PORT: port, MAIL_DELIVERY: 'queue' })
    const person = newPerson()
    const reply = await fetch(`http://127.0.0.1:${port}/v0/auth/signup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
    await kill(api.child)
    expect(reply.status).toBe(202)
    expect(smtp.received).toEqual([])
    await startWorker()
    await until(() => expect(mailsTo(person.email)).toHaveLength(1))
    // A mail that would come twice would come with the next one.
    smtp.received.length = 0
    app = await startApp({ ...env, MAIL_DELIVERY: 'queue' })
    const next = newPerson()
    expect((await app.client().post('/v0/auth/signup', next)).status).toBe(202)
    await until(() => expect(mailsTo(next.email)).toHaveLength(1))
    expect(mailsTo(person.email)).toEqual([])
  })
})
