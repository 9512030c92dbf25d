import { randomBytes, randomUUID, randomUUIDv7 } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { transaction } from '../../src/db/transaction.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { deliverMail } from '../../src/mail/deliver.ts'
import { notifyOwner, queueMail, queueProbe } from '../../src/mail/outbox.ts'
import { smtpSender } from '../../src/mail/smtp.ts'
import { issueMailedToken } from '../../src/mailed-tokens/issue.ts'
import { memoryRateCounter } from '../../src/ports/rate-counter.memory.ts'
import { listenForDeliveries, type WorkerServer } from '../../src/worker/worker-server.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { makeUsers } from '../support/factories.ts'

type Received = {
  readonly messageId: string | undefined
  readonly to: string[]
  readonly raw: string
  readonly headers: number
}

/** A mail server that does as the test says. */
class MailServer {
  readonly received: Received[] = []
  commands: string[] = []
  /** What it says to a recipient or to the end of a message. */
  refusal: { readonly at: 'recipient' | 'data'; readonly code: number } | undefined
  private server: SMTPServer | undefined
  private port = 0

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      closeTimeout: 200,
      logger: {
        ...Object.fromEntries(['trace', 'info', 'warn', 'error', 'fatal'].map((level) => [level, () => undefined])),
        debug: (_entry: unknown, format: unknown, line: unknown) => {
          if (format === 'C:') this.commands.push(String(line))
        },
      } as never,
      onRcptTo: (_address, _session, done) => done(this.refusalAt('recipient')),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', async () => {
          const raw = Buffer.concat(chunks).toString()
          const { messageId, headers } = await PostalMime.parse(raw)
          const count = headers.filter(({ key }) => key === 'message-id').length
          this.received.push({
            messageId,
            to: session.envelope.rcptTo.map(({ address }) => address),
            raw,
            headers: count,
          })
          done(this.refusalAt('data'))
        })
      },
    })
    server.on('error', () => undefined)
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.server.address() as AddressInfo).port
    this.server = server
  }

  private refusalAt(command: 'recipient' | 'data'): Error | null {
    if (this.refusal?.at !== command) return null
    const { code } = this.refusal
    return Object.assign(new Error(`${String(code).charAt(0)}.1.1 not so`), { responseCode: code })
  }

  async stop(): Promise<void> {
    const { server } = this
    this.server = undefined
    if (server) await new Promise<void>((resolve) => server.close(resolve))
  }

  readonly to = (address: string) => this.received.filter(({ to }) => to.includes(address))
  readonly untilSent = (address: string) =>
    vi.waitFor(() => expect(this.to(address).length).toBeGreaterThan(0), { timeout: 15_000, interval: 20 })
}

const mailFrom = 'Postern <no-reply@mail.example.com>'
const smtp = new MailServer()
let app: TestApp
let deps: Parameters<typeof listenForDeliveries>[0]
beforeAll(async () => {
  await smtp.start()
  // Jobs of this mode start at once, so that a mail which fails is soon tried again.
  app = await startApp({ SMTP_URL: smtp.url, MAIL_FROM: mailFrom, MAIL_DELIVERY: 'queue', WORKER_TIMEOUT_MS: '10000' })
  const { db, pool, keyring, messages, log } = app.deps
  const sender = smtpSender({ url: smtp.url, from: mailFrom, deadlineMs: 8000 })
  deps = { db, pool, keyring, messages, brand: brandOf(app.config), log, mailFrom, smtp: sender }
})
afterAll(async () => {
  await app.close()
  await smtp.stop()
})
beforeEach(() => {
  smtp.commands = []
  smtp.refusal = undefined
})

const newAddress = () => `${randomUUID()}@example.com`
const link = 'https://app.example.com/account/verify-email?token=pot_x'

type Wish = { readonly to?: string; readonly withJob?: boolean }

/** A mail in the outbox, whose token and row can be changed; without its job unless it is wanted. */
async function putMail({ to = newAddress(), withJob = false }: Wish = {}) {
  return transaction(app.deps.pool, async (tx) => {
    const wish = { purpose: 'verify_email' as const, signUpId: randomUUIDv7(), addressKey: to, ttlSeconds: 600 }
    const { id: tokenId } = await issueMailedToken(tx, wish)
    const content = { template: 'verify_email' as const, to, handle: 'ada', link, signedUpAt: new Date().toISOString() }
    const jobs = withJob ? app.deps.jobs : { ...app.deps.jobs, enqueue: async () => undefined }
    const mailId = await queueMail(tx, { ...app.deps, jobs }, { content, tokenId, ttlSeconds: 600 })
    return { mailId, tokenId, to }
  })
}

const rowOf = async (mailId: string) =>
  (
    await app.sql(
      'select payload is not null as kept, sent_at is not null as sent, refusal, attempts from mails where id = $1',
      [mailId],
    )
  )[0]

const jobsOf = async (mailId: string) =>
  (await app.sql<{ state: string }>("select state::text from pgboss.job where data ->> 'mailId' = $1", [mailId])).map(
    ({ state }) => state,
  )

describe('deliverMail', () => {
  test('of 20 who deliver one mail at once one sends it [EM5]', async () => {
    const { mailId, to } = await putMail({ withJob: true })
    const outcomes = await Promise.all([
      ...Array.from({ length: 10 }, () => app.deps.mailDelivery.deliver(mailId, randomUUID())),
      ...Array.from({ length: 10 }, () => deliverMail(deps, mailId)),
    ])
    expect(new Set(outcomes)).toEqual(new Set(['delivered']))
    expect(await deliverMail(deps, mailId)).toBe('delivered')
    expect(smtp.to(to)).toHaveLength(1)
    expect(await rowOf(mailId)).toEqual({ kept: false, sent: true, refusal: null, attempts: 0 })
  })

  test.each([
    ['superseded', 'update mailed_tokens set superseded_at = now() where id = $1'],
    ['used', 'update mailed_tokens set used_at = now() where id = $1'],
    ['past its end', "update mails set expires_at = now() - interval '1 second' where token_id = $1"],
  ])('a mail whose token is %s is not sent, and its payload is erased', async (_state, statement) => {
    const { mailId, tokenId, to } = await putMail()
    await app.sql(statement, [tokenId])
    expect(await deliverMail(deps, mailId)).toBe('delivered')
    expect(smtp.to(to)).toEqual([])
    expect(await rowOf(mailId)).toEqual({ kept: false, sent: false, refusal: null, attempts: 0 })
  })

  test('a rejected recipient: failed, kept, and sent once by the job when the server accepts [FT6]', async () => {
    smtp.refusal = { at: 'recipient', code: 450 }
    const { mailId, to } = await putMail({ withJob: true })
    expect(await deliverMail(deps, mailId)).toBe('failed')
    expect(await rowOf(mailId)).toMatchObject({ kept: true, sent: false })
    await vi.waitFor(async () => expect((await rowOf(mailId))?.attempts).toBeGreaterThanOrEqual(2), { timeout: 5000 })
    smtp.refusal = undefined
    await smtp.untilSent(to)
    await vi.waitFor(async () => expect(await rowOf(mailId)).toMatchObject({ kept: false, sent: true }))
    expect(smtp.to(to)).toHaveLength(1)
  })

  test.each([
    ['recipient', 550],
    ['recipient', 552],
    ['data', 554],
  ] as const)('what is refused at the %s with %i is final: asked once, its text erased [FD32]', async (at, code) => {
    smtp.refusal = { at, code }
    const { mailId, to } = await putMail({ withJob: true })
    const refused = { kept: false, sent: false, refusal: `${code} 5.1.1`, attempts: 0 }
    await vi.waitFor(async () => expect(await rowOf(mailId)).toEqual(refused), { timeout: 10_000 })
    const rcpt = () => smtp.commands.filter((line) => line.startsWith('RCPT TO')).length
    expect(rcpt()).toBe(1)
    smtp.refusal = undefined
    expect(await deliverMail(deps, mailId)).toBe('refused')
    // The job is over: none that would try again is left.
    await vi.waitFor(async () => expect(await jobsOf(mailId)).toEqual(['completed']), { timeout: 10_000 })
    expect(rcpt()).toBe(1)
    expect(smtp.to(to).length).toBe(at === 'data' ? 1 : 0)
  })

  test('a mail server that is down: failed, and sent once by the job when it is up [FT6]', async () => {
    await smtp.stop()
    const { mailId, to } = await putMail({ withJob: true })
    expect(await deliverMail(deps, mailId)).toBe('failed')
    await smtp.start()
    await smtp.untilSent(to)
    await vi.waitFor(async () => expect(await rowOf(mailId)).toMatchObject({ kept: false, sent: true }))
    expect(smtp.to(to)).toHaveLength(1)
  })

  test('one Message-ID over all attempts, one recipient, nothing of it in the sealed row', async () => {
    smtp.refusal = { at: 'data', code: 451 }
    const { mailId, to } = await putMail()
    expect(await deliverMail(deps, mailId)).toBe('failed')
    expect(await deliverMail(deps, mailId)).toBe('failed')
    const [{ payload } = {}] = await app.sql<{ payload: Buffer }>('select payload from mails where id = $1', [mailId])
    for (const word of [to, 'ada', link]) expect(payload?.includes(word)).toBe(false)
    smtp.refusal = undefined
    expect(await deliverMail(deps, mailId)).toBe('delivered')
    const tries = smtp.to(to)
    expect(tries).toHaveLength(3)
    for (const one of tries) {
      expect(one).toMatchObject({ messageId: `<${mailId}@mail.example.com>`, to: [to], headers: 1 })
      expect(one.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
      expect(one.raw).toMatch(/^Content-Language: en\r$/m)
    }
  })

  test('of mails that wrong tries of strangers cause no more go out than their share, the others later [AT2]', async () => {
    const sharedCounter = memoryRateCounter({ now: () => performance.now() })
    // Seven an hour.
    const budget = { config: { rateLimits: 0.001 }, sharedCounter } as const
    const jobs = { ...app.deps.jobs, enqueue: async () => undefined }
    const [user] = await makeUsers(app.deps.pool, 1)
    const owner = { id: user?.id ?? '', email: user?.email ?? '' }
    const putNews = () =>
      transaction(app.deps.pool, (tx) => notifyOwner(tx, { ...app.deps, jobs }, owner, { template: 'locked_out' }))
    for (let time = 0; time < 8; time++) await putNews()
    const ids = (await app.sql<{ id: string }>('select id from mails where user_id = $1', [owner.id])).map(
      ({ id }) => id,
    )
    // A try that the mail server refused is not counted again.
    smtp.refusal = { at: 'recipient', code: 450 }
    expect(await deliverMail({ ...deps, budget }, ids[0] ?? '')).toBe('failed')
    smtp.refusal = undefined
    const outcomes = []
    for (const id of ids) outcomes.push(await deliverMail({ ...deps, budget }, id))
    expect(outcomes).toEqual([...Array(7).fill('delivered'), 'failed'])
    expect(await rowOf(ids[7] ?? '')).toEqual({ kept: true, sent: false, refusal: null, attempts: 0 })
    const nextHour = { ...budget, sharedCounter: memoryRateCounter({ now: () => performance.now() }) }
    expect(await deliverMail({ ...deps, budget: nextHour }, ids[7] ?? '')).toBe('delivered')
    expect(smtp.to(owner.email)).toHaveLength(8)
  })

  test('a hanging mail server: failed within the deadline, and the row is free again [FT6]', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const url = `smtp://127.0.0.1:${(mute.address() as AddressInfo).port}`
    const { mailId, to } = await putMail()
    const startedAt = performance.now()
    const outcome = await deliverMail({ ...deps, smtp: smtpSender({ url, from: mailFrom, deadlineMs: 400 }) }, mailId)
    expect(outcome).toBe('failed')
    expect(performance.now() - startedAt).toBeLessThan(900)
    mute.close()
    expect(await rowOf(mailId)).toEqual({ kept: true, sent: false, refusal: null, attempts: 1 })
    expect(await deliverMail(deps, mailId)).toBe('delivered')
    expect(smtp.to(to)).toHaveLength(1)
  })

  test('an address beyond ASCII before the @ goes out by SMTPUTF8', async () => {
    const to = `jürgen.${randomUUID()}@bücher.example`
    const { mailId } = await putMail({ to })
    expect(await deliverMail(deps, mailId)).toBe('delivered')
    expect(smtp.commands.find((line) => line.startsWith('MAIL FROM'))).toMatch(/ SMTPUTF8/)
    const rcpt = smtp.commands.filter((line) => line.startsWith('RCPT TO'))
    expect(rcpt).toHaveLength(1)
    expect(rcpt[0]).toContain('jürgen.')
  })

  test.each([
    ['two addresses', 'one@example.com, two@example.com'],
    ['a command of its own', 'one@example.com>\r\nRCPT TO:<two@example.com'],
    ['a group', 'all:one@example.com,two@example.com;'],
    ['a name with an address', '"x" <two@example.com>'],
  ])('%s never become two recipients or another one [EM2]', async (_name, to) => {
    const { mailId } = await putMail({ to })
    await deliverMail(deps, mailId)
    expect(smtp.commands.filter((line) => /^RCPT TO/i.test(line)).length).toBeLessThanOrEqual(1)
    expect([...smtp.to('two@example.com'), ...smtp.to('one@example.com')]).toEqual([])
  })

  test('a probe is the same conversation up to the recipient, then a reset', async () => {
    const to = newAddress()
    const put = () => transaction(app.deps.pool, (tx) => queueProbe(tx, app.deps, to))
    expect(await deliverMail(deps, await put())).toBe('delivered')
    await vi.waitFor(() =>
      expect(smtp.commands.map((line) => line.split(/[ :]/)[0])).toEqual(['EHLO', 'MAIL', 'RCPT', 'RSET', 'QUIT']),
    )
    smtp.refusal = { at: 'recipient', code: 450 }
    expect(await deliverMail(deps, await put())).toBe('failed')
    expect(smtp.to(to)).toEqual([])
    expect(smtp.commands.join()).not.toContain('DATA')
  })
})

describe('the protocol of the worker', () => {
  const secret = randomBytes(32).toString('hex')
  let server: WorkerServer
  beforeAll(async () => {
    server = await listenForDeliveries(deps, { host: '127.0.0.1', port: 0, secret, turns: (_network, work) => work() })
  })
  afterAll(() => server.close())

  const ask = (path: string, { method = 'POST', authorization = `Bearer ${secret}` } = {}) =>
    fetch(`${server.url}${path}`, { method, headers: { authorization } })

  test('sends the mail that it is asked for', async () => {
    const { mailId, to } = await putMail()
    const reply = await ask(`/deliveries/${mailId}`)
    expect([reply.status, await reply.json()]).toEqual([200, { outcome: 'delivered' }])
    expect(smtp.to(to)).toHaveLength(1)
  })

  test('502 when the mail server refuses', async () => {
    smtp.refusal = { at: 'recipient', code: 450 }
    const reply = await ask(`/deliveries/${(await putMail()).mailId}`)
    expect([reply.status, await reply.json()]).toEqual([502, { outcome: 'failed', is_final: false }])
  })

  test('502 and final when it refuses for good, which versions before take for a failure [FD32]', async () => {
    smtp.refusal = { at: 'recipient', code: 550 }
    const path = `/deliveries/${(await putMail()).mailId}`
    for (const reply of [await ask(path), await ask(path)])
      expect([reply.status, await reply.json()]).toEqual([502, { outcome: 'failed', is_final: true }])
  })

  test('a mail that is not there is delivered: nothing is due', async () => {
    const reply = await ask(`/deliveries/${randomUUIDv7()}`)
    expect([reply.status, await reply.json()]).toEqual([200, { outcome: 'delivered' }])
  })

  test.each(['', 'Bearer', 'Bearer wrong', `bearer ${secret}`, `Bearer ${secret}x`, `Basic ${secret}`])(
    '401 with the authorization %j, and nothing is sent',
    async (authorization) => {
      const { mailId, to } = await putMail()
      const reply = await ask(`/deliveries/${mailId}`, { authorization })
      expect([reply.status, await reply.json()]).toEqual([401, {}])
      expect(smtp.to(to)).toEqual([])
    },
  )

  test.each([
    ['POST', '/'],
    ['GET', `/deliveries/${randomUUIDv7()}`],
    ['POST', '/deliveries/'],
    ['POST', '/deliveries/1'],
    ['POST', `/deliveries/${randomUUIDv7()}/`],
    ['POST', `//deliveries/${randomUUIDv7()}`],
    ['POST', '/health/live'],
  ])('404 for %s %s', async (method, path) => {
    const reply = await ask(path, { method })
    expect(reply.status).toBe(404)
  })

  test('GET /health/live is 204 and asks for no secret', async () => {
    expect((await ask('/health/live', { method: 'GET', authorization: '' })).status).toBe(204)
  })
})
