import { createServer, type Server } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished } from 'vitest'
import { startApp, type TestApp } from './app.ts'

/** An app of the test's own, closed with it. */
export async function appWith(env: Readonly<Record<string, string | undefined>>): Promise<TestApp> {
  const other = await startApp(env)
  onTestFinished(() => other.close())
  return other
}

/** The worker has looked whose the addresses are that were asked for, and the mails of all are out. */
export const mailsSettled = (app: TestApp): Promise<void> =>
  expect
    .poll(() => app.sql("select id from mails where kind <> 'probe' and payload is not null"), { timeout: 15_000 })
    .toEqual([])

const nobodyListens = 'smtp://127.0.0.1:1'

export const appWithoutMailServer = (env: Readonly<Record<string, string>> = {}): Promise<TestApp> =>
  appWith({ SMTP_URL: nobodyListens, ...env })

/** An app whose worker is elsewhere: at this port, where by default nobody listens. */
export const appAtWorker = (port = 1): Promise<TestApp> =>
  appWithoutMailServer({
    WORKER_URL: `http://127.0.0.1:${port}`,
    WORKER_SECRET: 'w'.repeat(40),
    WORKER_TIMEOUT_MS: '300',
  })

/** The port of a worker that takes the request and never answers. */
export const hangingWorker = (): Promise<number> => listen(createServer(() => {}))

/** The port of a worker that answers outside its protocol. */
export const lyingWorker = (): Promise<number> =>
  listen(
    createServer((socket) =>
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello')),
    ),
  )

function listen(server: Server): Promise<number> {
  onTestFinished(() => void server.close())
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
}

/** A mail server that writes down what it was told; `refuse` is what it answers to every recipient. */
export async function recordingMailServer({
  refuse,
}: {
  readonly refuse?: number
} = {}): Promise<{ smtpUrl: string; commands: string[] }> {
  const commands: string[] = []
  const ignore = () => {}
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: {
      info: ignore,
      error: ignore,
      debug: (about: { tnx?: string; command?: string }) => {
        if (about.tnx === 'command' && about.command) commands.push(about.command)
      },
    } as never,
    onRcptTo: (_address, _session, done) =>
      done(refuse === undefined ? null : Object.assign(new Error('no such user'), { responseCode: refuse })),
    onData: (stream, _session, done) => {
      stream.resume().on('end', () => done())
    },
  })
  server.on('error', ignore)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { smtpUrl: `smtp://127.0.0.1:${(server.server.address() as { port: number }).port}`, commands }
}

/**
 * Every way in which a mail that a request waits for can fail to leave, on the same database and keys; each with its code. From now
 * on mails to accounts may fail as well.
 */
export async function brokenWorkers(
  app: TestApp,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly (readonly [TestApp, string])[]> {
  const same = { ...env, DATABASE_URL: app.config.databaseUrl ?? '', KEYS_DIR: app.config.keysDir }
  const at = (port: number) => ({
    ...same,
    WORKER_URL: `http://127.0.0.1:${port}`,
    WORKER_SECRET: 'w'.repeat(40),
    WORKER_TIMEOUT_MS: '300',
  })
  return [
    [await appWithoutMailServer(at(1)), 'worker:connection_failed'],
    [await appWithoutMailServer(at(await lyingWorker())), 'worker:response_invalid'],
    [await appWithoutMailServer(same), 'worker:verification_email_send_failed'],
  ]
}
