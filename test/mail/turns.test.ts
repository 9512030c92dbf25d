import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { transaction } from '../../src/db/transaction.ts'
import { notifyOwner } from '../../src/mail/outbox.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { type MadeUser, makeUsers } from '../support/factories.ts'
import { newPerson } from '../support/people.ts'

const other = { remoteAddress: '198.51.100.7' }
/** Of one site, as whoever has a /48 can be. */
const crowd = (subnet: number) => ({ remoteAddress: `2001:db8:1:${subnet}::1` })
/** To whom, in the order in which they were taken. */
const taken: string[] = []
/** At which command the mail server keeps the crowd waiting, until when. */
let held = { at: 'RCPT', addresses: new Set<string>(), ...Promise.withResolvers<void>() }
let smtp: SMTPServer
let app: TestApp
beforeAll(async () => {
  const hold = async (command: string, address: string) => {
    if (held.at === command && held.addresses.has(address)) await held.promise
  }
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onRcptTo: ({ address }, _session, done) => void hold('RCPT', address).then(() => done()),
    onData: (stream, { envelope }, done) => {
      const [{ address: to } = { address: '' }] = envelope.rcptTo
      stream.resume().on('end', async () => {
        await hold('DATA', to)
        taken.push(to)
        done()
      })
    },
  })
  smtp.on('error', () => undefined)
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const { port } = smtp.server.address() as AddressInfo
  app = await startApp({ SMTP_URL: `smtp://127.0.0.1:${port}`, WORKER_TIMEOUT_MS: '18000' })
})
afterAll(async () => {
  await app.close()
  await new Promise<void>((resolve) => smtp.close(() => resolve()))
})

const forgot = async (email: string, from: typeof other) =>
  (await app.client().post('/v0/auth/forgot-password', { email }, from)).status

test("one network does not hold up another's mails, however many it asks for and however slow the mail server [AT2]", async () => {
  const many = Array.from({ length: 20 }, () => newPerson().email)
  held = { at: 'RCPT', addresses: new Set(many), ...Promise.withResolvers<void>() }
  const storm = Promise.all(many.map((email, subnet) => forgot(email, crowd(subnet))))
  expect(await forgot(newPerson().email, other)).toBe(204)
  held.resolve()
  expect(new Set(await storm)).toEqual(new Set([204]))
})

test('nor those that no request waits for [AT2]', async () => {
  const users = await makeUsers(app.deps.pool, 13)
  const [last, ...many] = users.map(({ email }) => email) as [string, ...string[]]
  held = { at: 'DATA', addresses: new Set(many), ...Promise.withResolvers<void>() }
  const storm = await Promise.all(many.map((email, subnet) => forgot(email, crowd(subnet))))
  expect(new Set(storm)).toEqual(new Set([204]))
  expect(await forgot(last, other)).toBe(204)
  await expect.poll(() => taken, { timeout: 12_000 }).toEqual([last])
  held.resolve()
  await expect.poll(() => taken.length, { timeout: 15_000 }).toBe(users.length)
})

test('nor an account by what it does itself, however often [AT2]', async () => {
  const [busy, last] = (await makeUsers(app.deps.pool, 2)) as [MadeUser, MadeUser]
  taken.length = 0
  held = { at: 'DATA', addresses: new Set([busy.email]), ...Promise.withResolvers<void>() }
  for (const owner of [...Array<MadeUser>(12).fill(busy), last])
    await transaction(app.deps.pool, (tx) => notifyOwner(tx, app.deps, owner, { template: 'totp_disabled' }))
  await expect.poll(() => taken, { timeout: 12_000 }).toEqual([last.email])
  held.resolve()
  await expect.poll(() => taken.length, { timeout: 15_000 }).toBe(13)
})
