import { randomUUIDv7 } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { transaction } from '../../src/db/transaction.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { queueMail } from '../../src/mail/outbox.ts'
import { smtpSender } from '../../src/mail/smtp.ts'
import { issueMailedToken } from '../../src/mailed-tokens/issue.ts'
import { httpMailDelivery } from '../../src/ports/mail-delivery.http.ts'
import { fairTurns } from '../../src/waiting/fair-turns.ts'
import { listenForDeliveries, type WorkerServer } from '../../src/worker/worker-server.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { openScriptedServer, type ScriptedServer, willing } from '../support/scripted-mail-server.ts'

const { '.': _taken, ...mute } = willing

/** A mail in the outbox with the job that belongs to it. */
const putMail = (app: TestApp, to: string, { withJob = true } = {}) =>
  transaction(app.deps.pool, async (tx) => {
    const jobs = withJob ? app.deps.jobs : { ...app.deps.jobs, enqueue: async () => undefined }
    const wish = { purpose: 'verify_email' as const, signUpId: randomUUIDv7(), addressKey: to, ttlSeconds: 600 }
    const { id: tokenId } = await issueMailedToken(tx, wish)
    const link = 'https://app.example.com/account/verify-email?token=pot_x'
    const content = { template: 'verify_email' as const, to, handle: 'ada', link, signedUpAt: new Date().toISOString() }
    return queueMail(tx, { ...app.deps, jobs }, { content, tokenId, ttlSeconds: 600 })
  })

const addresses = (count: number) => Array.from({ length: count }, (_, index) => `person${index}@example.com`)

describe('a mail server that takes a mail and never says so', () => {
  const deadlineMs = 1500
  let app: TestApp
  let smtp: ScriptedServer
  let worker: WorkerServer
  const secret = 'of the worker'
  beforeAll(async () => {
    smtp = await openScriptedServer(mute)
    app = await startApp({ MAIL_DELIVERY: 'queue' })
    const { db, pool, keyring, messages, log, config } = app.deps
    const { mailFrom } = config
    const sender = smtpSender({ url: smtp.url, from: mailFrom, deadlineMs })
    const deps = { db, pool, keyring, messages, brand: brandOf(config), log, mailFrom, smtp: sender }
    const turns = fairTurns({ places: 2, placesOfOne: 2, mostWaiting: 100, deadlineMs })
    worker = await listenForDeliveries(deps, { host: '127.0.0.1', port: 0, secret, turns })
  })
  afterAll(async () => {
    await worker.close()
    await app.close()
    await smtp.close()
  })

  test('fails all who wait within a deadline, however many they are: the wait for one of few places counts', async () => {
    const people = addresses(12)
    const mailIds = await Promise.all(people.map((to) => putMail(app, to, { withJob: false })))
    const patient = httpMailDelivery({ url: worker.url, secret, timeoutMs: 60_000 })
    const startedAt = performance.now()
    const outcomes = await Promise.all(mailIds.map((mailId) => patient.deliver(mailId, 'a network')))
    expect(new Set(outcomes)).toEqual(new Set(['failed']))
    // One after another, two at a time, they would take six.
    expect(performance.now() - startedAt).toBeLessThan(3 * deadlineMs)
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
  let smtp: ScriptedServer
  afterEach(() => smtp.close())

  test('does not keep the connection to a server that owes the answer to QUIT', async () => {
    smtp = await openScriptedServer(willing)
    const sender = smtpSender({ url: smtp.url, from: 'no-reply@example.com', deadlineMs: 300 })
    await sender.send({
      to: 'a@example.com',
      messageId: '<1@example.com>',
      subject: 's',
      text: 't',
      html: '<p>t</p>',
      language: 'en',
    })
    await sender.probe('a@example.com')
    await vi.waitFor(() => expect(smtp.sockets.size).toBe(0), { timeout: 3000 })
  })

  test('begins no conversation once its time is over', async () => {
    smtp = await openScriptedServer(willing)
    const sender = smtpSender({ url: smtp.url, from: 'no-reply@example.com', deadlineMs: 300 })
    await expect(sender.probe('a@example.com', { since: performance.now() - 301 })).rejects.toThrow('No time was left')
    expect(smtp.sockets.size).toBe(0)
  })
})
