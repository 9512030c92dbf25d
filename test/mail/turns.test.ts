import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { makeUsers } from '../support/factories.ts'
import { newPerson } from '../support/people.ts'

const slowMs = 200
const other = { remoteAddress: '198.51.100.7' }
/** Of one site, as whoever has a /48 can be. */
const crowd = (subnet: number) => ({ remoteAddress: `2001:db8:1:${subnet}::1` })
/** To whom, in the order in which they were taken. */
const taken: string[] = []
/** At which command the mail server takes its time. */
let slowAt: 'RCPT' | 'DATA' = 'RCPT'
let smtp: SMTPServer
let app: TestApp
beforeAll(async () => {
  const dawdle = (command: typeof slowAt) => sleep(slowAt === command ? slowMs : 0)
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onRcptTo: (_address, _session, done) => void dawdle('RCPT').then(() => done()),
    onData: (stream, { envelope }, done) => {
      stream.resume().on('end', async () => {
        await dawdle('DATA')
        taken.push(...envelope.rcptTo.map(({ address }) => address))
        done()
      })
    },
  })
  smtp.on('error', () => undefined)
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve))
  const { port } = smtp.server.address() as AddressInfo
  app = await startApp({ SMTP_URL: `smtp://127.0.0.1:${port}`, WORKER_TIMEOUT_MS: '20000' })
})
afterAll(async () => {
  await app.close()
  await new Promise<void>((resolve) => smtp.close(() => resolve()))
})

const forgot = async (email: string, from: typeof other) =>
  (await app.client().post('/v0/auth/forgot-password', { email }, from)).status

test("one network does not hold up another's mails, however many it asks for and however slow the mail server [AT2]", async () => {
  slowAt = 'RCPT'
  let answered = 0
  const storm = Array.from({ length: 40 }, async (_, subnet) => {
    const status = await forgot(newPerson().email, crowd(subnet))
    answered++
    return status
  })
  await expect.poll(() => answered, { timeout: 15_000 }).toBeGreaterThan(0)
  expect(await forgot(newPerson().email, other)).toBe(204)
  expect(answered).toBeLessThan(storm.length / 2)
  expect(new Set(await Promise.all(storm))).toEqual(new Set([204]))
})

test("nor those that no request waits for: another network's reset comes among the first [AT2]", async () => {
  slowAt = 'DATA'
  const users = await makeUsers(app.deps.pool, 17)
  const [last, ...many] = users.map(({ email }) => email) as [string, ...string[]]
  expect(new Set(await Promise.all(many.map(forgotByCrowd)))).toEqual(new Set([204]))
  expect(await forgot(last, other)).toBe(204)
  await expect.poll(() => taken, { timeout: 15_000 }).toContain(last)
  expect(taken.indexOf(last)).toBeLessThan(many.length * 0.75)
  await expect.poll(() => taken.length, { timeout: 15_000 }).toBe(users.length)
})

const forgotByCrowd = (email: string, subnet: number) => forgot(email, crowd(subnet))
