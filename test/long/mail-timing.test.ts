import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { seen } from '../support/client.ts'
import { makeSignUps, makeUsers } from '../support/factories.ts'
import { newPerson } from '../support/people.ts'
import { areaUnderCurve, chanceOf, isLong, median, timingPairs } from '../support/timing.ts'

const pairs = timingPairs(25, 60)
/** Ten comparisons a server, so that one in ten thousand strays as far by chance. */
const widestArea = 4.5 * chanceOf(pairs)
/** In the long form as it was found; in the short one still far more than any other difference. */
const slowMs = isLong ? 400 : 150
/** What ask at a time: as many as the worker has conversations. */
const lanes = 5

type Trouble = { readonly recipient?: number; readonly data?: number; readonly takesMs?: number }

/** What the mail server does, and what the routes then answer: forgot and resend, and sign-up, which waits for its mail. */
const troubles: readonly [string, Trouble | undefined, number, number][] = [
  ['takes its time after DATA', { takesMs: slowMs }, 204, 202],
  ['refuses at DATA', { data: 554 }, 204, 502],
  ['refuses the recipient', { recipient: 550 }, 502, 502],
  ['is gone', undefined, 502, 502],
]

const refusal = (code: number | undefined) =>
  code === undefined ? null : Object.assign(new Error('not here'), { responseCode: code })

async function openMailServer({ recipient, data, takesMs = 0 }: Trouble) {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    closeTimeout: 200,
    onRcptTo: (_address, _session, done) => done(refusal(recipient)),
    onData: (stream, _session, done) => {
      stream.resume().on('end', () => void sleep(takesMs).then(() => done(refusal(data))))
    },
  })
  // A client that breaks off concerns only itself.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return { url, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

type Addresses = Readonly<Record<string, readonly string[]>>

const unknown = () => Array.from({ length: pairs }, () => newPerson().email)

async function accounts({ deps, sql }: TestApp, change = 'handle = handle'): Promise<string[]> {
  const users = await makeUsers(deps.pool, pairs)
  await sql(`update users set ${change} where id = any($1)`, [users.map(({ id }) => id)])
  return users.map(({ email }) => email)
}

async function signUpsThatWait({ deps, sql }: TestApp): Promise<string[]> {
  const before = await sql<{ email: string }>('select email from sign_ups')
  await makeSignUps(deps.pool, pairs)
  const known = before.map(({ email }) => email)
  const made = await sql<{ email: string }>('select email from sign_ups where email <> all($1)', [known])
  return made.map(({ email }) => email)
}

const everyKind = async (app: TestApp): Promise<Addresses> => ({
  unknown: unknown(),
  known: await accounts(app),
  'without password': await accounts(app, 'password_hash = null'),
  banned: await accounts(app, 'banned_at = now()'),
  pending: await signUpsThatWait(app),
})

/** What a stranger may send of an address. */
const routes = {
  '/v0/auth/forgot-password': (email: string) => ({ email }),
  '/v0/auth/resend-verification-email': (email: string) => ({ email }),
  '/v0/auth/signup': (email: string) => newPerson({ email }),
  '/v0/app/auth/email-sign-in': (email: string) => ({ email }),
} as const

async function ask(app: TestApp, url: keyof typeof routes, email: string) {
  const body = routes[url](email)
  const startedAt = performance.now()
  const answer = await app.client().post(url, body)
  return { tookMs: performance.now() - startedAt, answer }
}

const shuffled = <One>(all: readonly One[]): One[] =>
  all
    .map((one) => [Math.random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)

/** One of each kind in turn, none always first. */
async function compare(app: TestApp, url: keyof typeof routes, addresses: Addresses) {
  const asked = Array.from({ length: pairs }, (_, index) =>
    shuffled(Object.entries(addresses)).map(([kind, list]) => ({ kind, email: list[index] as string })),
  ).flat()
  const times = new Map<string, number[]>(Object.keys(addresses).map((kind) => [kind, []]))
  const answers = new Map<string, unknown>()
  const lane = async () => {
    for (let one = asked.shift(); one; one = asked.shift()) {
      const { tookMs, answer } = await ask(app, url, one.email)
      times.get(one.kind)?.push(tookMs)
      answers.set(JSON.stringify(seen(answer)), answer.status)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { times, answers }
}

// Side by side, as they wait for their mail servers more than they compute; the routes of one app in turn.
describe.concurrent.each(troubles)('a mail server that %s', (name, trouble, probed, signedUp) => {
  let app: TestApp
  let smtp: Awaited<ReturnType<typeof openMailServer>> | undefined
  beforeAll(async () => {
    smtp = trouble && (await openMailServer(trouble))
    app = await startApp({ SMTP_URL: smtp?.url ?? 'smtp://127.0.0.1:1', RATE_LIMITS: 'off', LOG_LEVEL: 'error' })
  })
  afterAll(async () => {
    await app.close()
    await smtp?.close()
  })

  test.each([
    ['/v0/auth/forgot-password', probed],
    ['/v0/auth/resend-verification-email', probed],
    ['/v0/auth/signup', signedUp],
    ['/v0/app/auth/email-sign-in', probed === 204 ? 202 : probed],
  ] as const)(
    'tells nobody at %s whose address it was [AT1 TH6 MC2]',
    { concurrent: false, timeout: 60_000 + pairs * 1000 },
    async (url, status) => {
      const { times, answers } = await compare(app, url, await everyKind(app))
      expect([...answers.values()]).toEqual([status])
      const { unknown = [], ...others } = Object.fromEntries(times)
      const areas = Object.entries(others).map(([kind, known]) => [kind, areaUnderCurve(known, unknown)] as const)
      const said = areas.map(([kind, area]) => `${kind} ${area.toFixed(3)}`).join(', ')
      process.stdout.write(`${url}, ${name}: unknown ${median(unknown).toFixed(1)} ms; AUC ${said}\n`)
      for (const [kind, area] of areas) expect(Math.abs(area - 0.5), kind).toBeLessThan(widestArea)
    },
  )
})
