import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { administrator, moderator, pagesOf } from '../audit/support.ts'
import { said, unknownId } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { appWith, recordingMailServer } from '../support/mail-way.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { mailsTo, newPerson, type Person } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'
import { sessionLookup, statementsOf } from '../support/statements.ts'

const url = '/v0/admin/mails'
let receiver: OtlpReceiver
let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeAll(async () => {
  receiver = await startOtlpReceiver()
  app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  admin = await administrator(app)
})
afterAll(async () => {
  await app.close()
  await receiver.stop()
})

type Mail = Readonly<Record<string, unknown>> & { readonly id: string }
const list = async (query: string) => {
  const { status, body } = await admin.client.get(`${url}?${query}`)
  expect([query, status]).toEqual([query, 200])
  return body.data as readonly Mail[]
}
const retry = (id: string, body: object = { reason: 'she waits' }) => admin.client.post(`${url}/${id}/retry`, body)

/** A sign-up whose mail waits, as the mail server was away, and whose next attempt is far off. */
async function waitingSignUp(): Promise<{ person: Person; mailId: string }> {
  const { databaseUrl = '', keysDir } = app.config
  const away = await startApp({ DATABASE_URL: databaseUrl, KEYS_DIR: keysDir, SMTP_URL: 'smtp://127.0.0.1:9' })
  const person = newPerson()
  await away.client().post('/v0/auth/signup', person)
  // Its worker, which knows no other mail server, must not take the job.
  await away.close()
  // As if its next attempt were due in an hour.
  await app.sql("update pgboss.job set start_after = now() + interval '1 hour' where name = 'deliver-mail'")
  const [mail] = await app.sql<{ id: string }>(
    `select mails.id from mails join mailed_tokens on mailed_tokens.id = token_id join sign_ups on sign_ups.id = sign_up_id
     where email = $1`,
    [person.email],
  )
  return { person, mailId: String(mail?.id) }
}

test(`GET ${url}?state=failed has what the mail server refused for good, and nothing that it says`, async () => {
  const { smtpUrl } = await recordingMailServer({ refuse: 550 })
  const { databaseUrl = '', keysDir } = app.config
  const refusing = await appWith({ DATABASE_URL: databaseUrl, KEYS_DIR: keysDir, SMTP_URL: smtpUrl })
  const person = newPerson()
  await refusing.client().post('/v0/auth/signup', person)
  const [mail] = await list('state=failed')
  expect(mail).toEqual({
    id: expect.any(String),
    purpose: 'verify_email',
    state: 'refused',
    refusal: '550',
    to: person.email,
    attempts: 0,
    created_at: expect.stringMatching(/Z$/),
    expires_at: expect.stringMatching(/Z$/),
  })
  expect(said(await retry(String(mail?.id)))).toEqual([404, 'system:not_found'])
})

test(`a mail that waits is in ?state=waiting, and POST ${url}/{id}/retry sends it now, once, with its reason`, async () => {
  const { person, mailId } = await waitingSignUp()
  expect(await list('state=waiting')).toMatchObject([{ id: mailId, state: 'waits', to: person.email }])
  const answer = await admin.client.post(
    `${url}/${mailId}/retry`,
    { reason: 'she waits' },
    { headers: { 'x-request-id': 'a-retry' } },
  )
  expect([answer.status, answer.body]).toEqual([202, { id: mailId }])
  expect(await mailsTo(app, person.email)).toHaveLength(1)
  await vi.waitFor(async () => expect(await list('state=waiting')).toEqual([]), { timeout: 10_000 })
  const { body } = await admin.client.get('/v0/admin/audit?types=mail:retry')
  expect(body.data).toMatchObject([
    {
      actor: { id: admin.id },
      resource: { type: 'Mail', id: mailId },
      reason: 'she waits',
      metadata: { purpose: 'verify_email' },
      request_id: 'a-retry',
    },
  ])
  expect(said(await retry(mailId))).toEqual([404, 'system:not_found'])
})

test('pages hold each mail once, newest first, in one statement each', async () => {
  await app.sql(
    `insert into mails (id, kind, payload, attempts, created_at, expires_at)
     select gen_random_uuid(), 'message', 'sealed', 3, now() - interval '2 days', now() - interval '1 day'
     from generate_series(1, 5)`,
  )
  const pages = await pagesOf(admin.client, `${url}?state=failed&limit=2`)
  const all = await list('state=failed&limit=100')
  expect(pages.flat()).toEqual(all)
  expect(all.filter(({ state }) => state === 'given_up')).toHaveLength(5)
  await admin.client.get(`${url}?state=failed`, { headers: { 'x-request-id': 'counted' } })
  const statements = await statementsOf(receiver, 'counted')
  expect(statements.filter((name) => name !== sessionLookup)).toEqual(['SELECT mails'])
})

test('probes, inquiries, and mails whose link was used or replaced are in neither', async () => {
  const before = [await list('state=failed&limit=100'), await list('state=waiting&limit=100')]
  await app.sql(
    `insert into mails (id, kind, payload, attempts, expires_at)
     select gen_random_uuid(), kind, 'sealed', 1, now() + hours * interval '1 hour'
     from unnest(array['probe', 'inquiry']) as kind, unnest(array[-1, 1]) as hours`,
  )
  const token = `insert into mailed_tokens (id, purpose, address_key, digest, expires_at, superseded_at)
     values (gen_random_uuid(), 'sign_in', 'a@example.com', sha256(random()::text::bytea), now() + interval '1 hour', now())
     returning id`
  await app.sql(
    `with token as (${token}) insert into mails (id, kind, token_id, payload, attempts, expires_at)
     select gen_random_uuid(), 'message', id, 'sealed', 1, now() + interval '1 hour' from token`,
  )
  expect([await list('state=failed&limit=100'), await list('state=waiting&limit=100')]).toEqual(before)
})

test('general:bad_request without a state, a cursor that is none, or a reason', async () => {
  for (const query of ['', 'state=failed&cursor=x'])
    expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([query, 400, 'general:bad_request'])
  expect(said(await retry(unknownId, {}))).toEqual([400, 'general:bad_request'])
})

test('general:validation_error for another state, a page that is too large, or a reason that is too long', async () => {
  for (const query of ['state=sent', 'state=failed&limit=101'])
    expect([query, ...said(await admin.client.get(`${url}?${query}`))]).toEqual([
      query,
      400,
      'general:validation_error',
    ])
  expect(said(await retry(unknownId, { reason: 'x'.repeat(1001) }))).toEqual([400, 'general:validation_error'])
})

test('system:not_found for an id that is none, or not known', async () => {
  for (const id of [unknownId, 'none']) expect(said(await retry(id))).toEqual([404, 'system:not_found'])
})

test('user:permission_insufficient: a moderator reads none and retries none', async () => {
  const { client } = await moderator(app)
  expect(said(await client.get(`${url}?state=failed`))).toEqual([403, 'user:permission_insufficient'])
  expect(said(await client.post(`${url}/${unknownId}/retry`, { reason: 'x' }))).toEqual([
    403,
    'user:permission_insufficient',
  ])
})

test('npm run admin -- mails, and mails retry', async () => {
  const { person, mailId } = await waitingSignUp()
  const { out } = await runAdmin(app, ['mails', 'waiting'])
  expect(out).toContain(`${mailId} `)
  expect(out).toContain(` verify_email to ${person.email} waits attempts: `)
  expect((await runAdmin(app, ['mails', 'retry', mailId])).out).toContain('is tried again now')
  expect(await mailsTo(app, person.email)).toHaveLength(1)
  expect((await runAdmin(app, ['mails', 'retry', unknownId])).code).toBe(1)
  expect((await runAdmin(app, ['mails', 'lost'])).code).toBe(2)
})
