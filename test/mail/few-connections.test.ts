import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { seen } from '../support/client.ts'
import { makeSignUps, makeUsers } from '../support/factories.ts'
import { type Narrowness, openNarrowServer } from '../support/narrow-mail-server.ts'
import { newPerson } from '../support/people.ts'

const servers: readonly Narrowness[] = [
  { at: 'greeting', says: '421 4.7.0 Too many connections' },
  { at: 'greeting', says: null },
  { at: 'greeting', says: undefined },
  { at: 'MAIL', says: '450 4.7.1 Error: too many concurrent sessions' },
  { at: 'RCPT', says: '451 4.4.5 Server busy, try again later' },
]
const takesMs = 900

type Narrow = { readonly smtp: Awaited<ReturnType<typeof openNarrowServer>>; readonly app: TestApp }
const all: Narrow[] = []
beforeAll(async () => {
  for (const server of servers) {
    const smtp = await openNarrowServer(server, takesMs)
    all.push({ smtp, app: await startApp({ SMTP_URL: smtp.url, WORKER_TIMEOUT_MS: '8000' }) })
  }
})
afterAll(async () => {
  await Promise.all(all.map(({ app }) => app.close()))
  for (const { smtp } of all) smtp.close()
})

const [forgot, resend] = ['/v0/auth/forgot-password', '/v0/auth/resend-verification-email'] as const

/** What a stranger is told once such a mail may be under way. */
async function askAfter(app: TestApp, url: string, email: string) {
  const client = app.client()
  const first = await client.post(url, { email })
  const began = performance.now()
  const second = await client.post(url, { email: newPerson().email })
  return { answers: [seen(first), seen(second)], tookMs: performance.now() - began }
}

async function addressesOf({ deps, sql }: TestApp, count: number) {
  const users = (await makeUsers(deps.pool, count)).map(({ email }) => email)
  await makeSignUps(deps.pool, 1)
  const signUps = (await sql<{ email: string }>('select email from sign_ups')).map(({ email }) => email)
  return [...users.map((email) => [forgot, email] as const), ...signUps.map((email) => [resend, email] as const)]
}

test('with a mail server that takes one conversation at a time, nobody is told that the address before got a mail [AT1]', async () => {
  await Promise.all(
    all.map(async ({ app, smtp }) => {
      const known = await addressesOf(app, 2)
      for (const [url, email] of known) {
        const { answers } = await askAfter(app, url, email)
        expect(answers.map(({ status }) => status)).toEqual([204, 204])
      }
      await expect
        // One whose time is over while it is taken comes again, as SMTP has it.
        .poll(() => [...new Set(smtp.taken)].toSorted(), { timeout: 20_000 })
        .toEqual(known.map(([, email]) => email).toSorted())
    }),
  )
})

test('nor by the time that it takes [AT1]', async () => {
  const [{ app }] = all as [Narrow, ...Narrow[]]
  for (const [url, email] of await addressesOf(app, 1)) {
    const [known, unknown] = [await askAfter(app, url, email), await askAfter(app, url, newPerson().email)]
    expect(known.answers).toEqual(unknown.answers)
    expect(Math.abs(known.tookMs - unknown.tookMs)).toBeLessThan(takesMs / 2)
  }
})
