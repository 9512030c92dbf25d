import { randomUUIDv7 } from 'node:crypto'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { transaction } from '../../src/db/transaction.ts'
import { queueMail } from '../../src/mail/outbox.ts'
import { smtpSender } from '../../src/mail/smtp.ts'
import { issueMailedToken } from '../../src/tokens/issue.ts'
import { startApp, type TestApp } from '../support/app.ts'

type MailServer = { readonly url: string; readonly sockets: ReadonlySet<Socket>; close(): Promise<void> }

/** Answers by the first word of a command; to a word that it does not know it owes the answer. */
async function openMailServer(answers: Readonly<Record<string, string>>): Promise<MailServer> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket))
    socket.write('220 ready\r\n')
    const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })
    lines.on('error', () => undefined)
    // The first word of what is not a command is none of these: lines of a message pass.
    lines.on('line', (line) => {
      const answer = answers[line.split(/[ :]/, 1)[0] ?? '']
      if (answer !== undefined) socket.write(`${answer}\r\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

const willing = {
  EHLO: '250 here',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 taken',
  RSET: '250 ok',
}
const { '.': _taken, ...mute } = willing

/** A mail in the outbox with the job that belongs to it. */
const putMail = (app: TestApp, to: string) =>
  transaction(app.deps.pool, async (tx) => {
    const wish = { purpose: 'verify_email' as const, signUpId: randomUUIDv7(), addressKey: to, ttlSeconds: 600 }
    const { id: tokenId } = await issueMailedToken(tx, wish)
    const link = 'https://app.example.com/account/verify-email?token=pot_x'
    const content = { template: 'verify_email' as const, to, handle: 'ada', link, signedUpAt: new Date().toISOString() }
    return queueMail(tx, app.deps, { content, tokenId, ttlSeconds: 600 })
  })

const addresses = (count: number) => Array.from({ length: count }, (_, index) => `person${index}@example.com`)

describe('a mail server that takes a mail and never says so', () => {
  let app: TestApp
  let smtp: MailServer
  beforeAll(async () => {
    smtp = await openMailServer(mute)
    app = await startApp({ SMTP_URL: smtp.url, WORKER_TIMEOUT_MS: '3000' })
  })
  afterAll(async () => {
    await app.close()
    await smtp.close()
  })

  test('fails all who wait in time, however many they are: the wait for one of few places counts', async () => {
    const mailIds = await Promise.all(addresses(12).map((to) => putMail(app, to)))
    const outcomes = await Promise.all(mailIds.map((mailId) => app.deps.mailDelivery.deliver(mailId, 'a network')))
    expect(new Set(outcomes)).toEqual(new Set(['failed']))
  })
})

describe('a backlog', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp({ MAIL_DELIVERY: 'queue' })
  })
  afterAll(() => app.close())

  test('goes out several mails a second, not one a poll', async () => {
    const people = addresses(30)
    await Promise.all(people.map((to) => putMail(app, to)))
    await vi.waitFor(() => expect(app.deps.inbox?.list()).toHaveLength(people.length), {
      timeout: 12_000,
      interval: 50,
    })
    expect(new Set(app.deps.inbox?.list().map(({ to }) => to))).toEqual(new Set(people))
  })
})

describe('smtpSender', () => {
  let smtp: MailServer
  afterEach(() => smtp.close())

  test('does not keep the connection to a server that owes the answer to QUIT', async () => {
    smtp = await openMailServer(willing)
    const sender = smtpSender({ url: smtp.url, from: 'no-reply@example.com', deadlineMs: 300 })
    await sender.send({ to: 'a@example.com', messageId: '<1@example.com>', subject: 's', text: 't', html: '<p>t</p>' })
    await sender.probe('a@example.com')
    await vi.waitFor(() => expect(smtp.sockets.size).toBe(0), { timeout: 3000 })
  })

  test('begins no conversation once its time is over', async () => {
    smtp = await openMailServer(willing)
    const sender = smtpSender({ url: smtp.url, from: 'no-reply@example.com', deadlineMs: 300 })
    await expect(sender.probe('a@example.com', { since: performance.now() - 301 })).rejects.toThrow('No time was left')
    expect(smtp.sockets.size).toBe(0)
  })
})
