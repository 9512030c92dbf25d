import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminWithCode, anHourAgo, giveRole, said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { hangingWorker, lyingWorker } from '../support/mail-way.ts'
import { mailsTo, newPerson, signedUp, signUp } from '../support/people.ts'
import { administrator, beside, invited, newHandle, post, url } from './support.ts'

let app: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
let client: TestClient
beforeAll(async () => {
  app = await startApp()
  admin = await administrator(app)
  client = admin.client
})
afterAll(() => app.close())

const logOf = (id: unknown) =>
  app.sql('select action, actor_id, resource_type, reason, metadata from moderation_logs where resource_id = $1', [id])

describe(`POST ${url}`, () => {
  test('202 with its end, a mail with a link, and a line of the log that names no address [AD8]', async () => {
    const { email } = newPerson()
    const answer = await post(client, { email, roles: ['mod'], reason: 'joins the team', expires_in: 3600 })
    expect([answer.status, answer.body]).toEqual([202, { id: expect.any(String), expires_at: expect.any(String) }])
    const seconds = (Date.parse(String(answer.body.expires_at)) - Date.now()) / 1000
    expect(seconds).toBeGreaterThan(3000)
    expect(seconds).toBeLessThanOrEqual(3600)
    const [mail] = await mailsTo(app, email)
    expect(mail?.subject).toBe('You have been invited')
    expect(mail?.text).toContain(`The administrator ${admin.person.handle} invites you`)
    expect(mail?.text).toMatch(/\/account\/accept-invitation\?token=pot_/)
    expect(await logOf(answer.body.id)).toEqual([
      {
        action: 'invitation:create',
        actor_id: admin.id,
        resource_type: 'Invitation',
        reason: 'joins the team',
        metadata: { roles: 'mod' },
      },
    ])
    expect(await app.sql('select id from users where email_key = $1', [email])).toEqual([])
  })

  test('the token is nowhere in the database [SE1]', async () => {
    const { token } = await invited(app, client)
    for (const table of ['invitations', 'mailed_tokens', 'mails', 'moderation_logs', 'pgboss.job']) {
      const rows = await app.sql<{ row: string }>(`select t::text as row from ${table} t`)
      expect(rows.map(({ row }) => row).join('\n')).not.toContain(token)
    }
  })

  test('a newer invitation of the address, however spelt, takes the place of the older one', async () => {
    const older = await invited(app, client, { email: 'Jürgen.Guest@Bücher.example' })
    const answer = await post(client, { email: ' jürgen.guest@XN--bcher-kva.example' })
    expect(answer.status).toBe(202)
    const accepted = await app.client().post('/v0/auth/accept-invitation', { token: older.token, handle: newHandle() })
    expect(said(accepted)).toEqual([400, 'token:invalid_invitation'])
    const states = await app.sql(
      'select id, revoked_at is null as open from invitations where email_key = $1 order by id',
      ['jürgen.guest@xn--bcher-kva.example'],
    )
    expect(states).toEqual([
      { id: older.id, open: false },
      { id: answer.body.id, open: true },
    ])
  })

  test('of ten at once for one address one is open', async () => {
    const { email } = newPerson()
    await Promise.all(Array.from({ length: 10 }, () => post(client, { email })))
    const open = await app.sql('select id from invitations where email_key = $1 and revoked_at is null', [email])
    expect(open).toHaveLength(1)
  })

  test('the mail is in the language of the invitation, and has the message as one paragraph of text', async () => {
    const { email } = newPerson()
    const message = 'Willkommen! <b>Wir</b> freuen uns, z.B. am 1. Mai. 日本語 مرحبا'
    await post(client, { email, locale: 'de-AT', message })
    const [mail] = await mailsTo(app, email)
    expect(mail?.subject).toBe('Sie wurden eingeladen')
    expect(mail?.text).toContain(`\u2068${message}\u2069`)
    expect(mail?.html).toContain('&lt;b&gt;Wir&lt;/b&gt;')
  })

  test.each([
    'see https://evil.example',
    'see evil.example now',
    'www.evil',
    'EVIL.COM',
    'or t.co/x',
    'evil。example',
    'write to me@here',
    'mailto:me',
  ])('general:validation_error for a message that has a link: %s [AD8]', async (message) => {
    const answer = await post(client, { message })
    expect([...said(answer), answer.body.fields]).toEqual([
      400,
      'general:validation_error',
      [{ path: '/message', rule: 'format' }],
    ])
  })

  test.each([
    ['message', 'a\r\nBcc: b@example.com', { rule: 'charset' }],
    ['message', 'a\u202eb', { rule: 'charset' }],
    ['message', 'x'.repeat(501), { rule: 'max_length', limit: 500 }],
    ['display_name', 'a\nb', { rule: 'charset' }],
    ['handle', 'admin', { rule: 'reserved' }],
    ['expires_in', 59, { rule: 'min', limit: 60 }],
    ['expires_in', 2_592_001, { rule: 'max', limit: 2_592_000 }],
    ['reason', 'x'.repeat(1001), { rule: 'max_length', limit: 1000 }],
  ])('general:validation_error: %s %j [AD8]', async (field, value, breach) => {
    const answer = await post(client, { [field]: value })
    expect([...said(answer), answer.body.fields]).toEqual([
      400,
      'general:validation_error',
      [{ path: `/${field}`, ...breach }],
    ])
  })

  test('general:validation_error for a role that there is not; general:bad_request without a reason', async () => {
    const answer = await post(client, { roles: ['mod', 'owner'] })
    expect(answer.body.fields).toEqual([{ path: '/roles/1', rule: 'one_of', values: ['admin', 'mod'] }])
    expect(said(await client.post(url, { email: newPerson().email }))).toEqual([400, 'general:bad_request'])
  })

  test('user:email_already_exists: of an account, also a banned one, and of one that may take the address back', async () => {
    const { person } = await signedUp(app)
    expect(said(await post(client, { email: person.email.toUpperCase() }))).toEqual([409, 'user:email_already_exists'])
    await app.sql('update users set banned_at = now() where email = $1', [person.email])
    expect(said(await post(client, { email: person.email }))).toEqual([409, 'user:email_already_exists'])
    expect(await mailsTo(app, person.email)).toHaveLength(1)
  })

  test('the address of an account that was deleted is free again; a sign-up that waits is no conflict', async () => {
    const { person, client: own } = await signedUp(app)
    await own.send('DELETE', '/v0/user/me', { body: { password: person.password } })
    expect(said(await post(client, { email: person.email }))).toEqual([202, undefined])
    const waiting = await signUp(app)
    expect(said(await post(client, { email: waiting.email }))).toEqual([202, undefined])
  })

  test('user:second_factor_required to invite an administrator; with two factors it is done [AT10]', async () => {
    expect(said(await post(client, { roles: ['admin'] }))).toEqual([403, 'user:second_factor_required'])
    const { client: strong } = await adminWithCode(app)
    expect(said(await post(strong, { roles: ['admin', 'mod'] }))).toEqual([202, undefined])
  })

  test('user:permission_insufficient for a moderator, and for one who was an administrator [AZ4]', async () => {
    const mod = await somebody(app, 'mod')
    expect(said(await post(mod.client))).toEqual([403, 'user:permission_insufficient'])
    const former = await somebody(app)
    await giveRole(app, former.id, 'admin', anHourAgo())
    expect(said(await post(former.client))).toEqual([403, 'user:permission_insufficient'])
  })

  test('user:reauthentication_required with a session that is not fresh', async () => {
    const late = await administrator(app)
    await app.sql("update sessions set authenticated_at = now() - interval '10 minutes' where user_id = $1", [late.id])
    expect(said(await post(late.client))).toEqual([401, 'user:reauthentication_required'])
  })

  test('user:sign_up_closed with SIGN_UP=closed; with invite, and whatever the lists of domains, it is sent [AD8]', async () => {
    const closed = await beside(app, { SIGN_UP: 'closed' })
    expect(said(await post(closed.movedTo(client)))).toEqual([403, 'user:sign_up_closed'])
    const invite = await beside(app, { SIGN_UP: 'invite', SIGN_UP_DOMAINS: 'elsewhere.example' })
    expect(said(await post(invite.movedTo(client)))).toEqual([202, undefined])
    await Promise.all([closed.other.close(), invite.other.close()])
  })

  test('rate_limit:exceeded after five to an address and a hundred of an administrator, in an hour [AD8 RL5]', async () => {
    const { other, movedTo } = await beside(app, { RATE_LIMITS: 'on', MAIL_DELIVERY: 'queue' })
    const busy = await administrator(app)
    const asked = movedTo(busy.client)
    const { email } = newPerson()
    for (let mail = 0; mail < 5; mail++) expect((await post(asked, { email })).status).toBe(202)
    const sixth = await post(asked, { email })
    expect(said(sixth)).toEqual([429, 'rate_limit:exceeded'])
    for (let mail = 6; mail < 100; mail++) expect((await post(asked)).status).toBe(202)
    expect(said(await post(asked))).toEqual([429, 'rate_limit:exceeded'])
    expect(said(await post(movedTo(client)))).toEqual([202, undefined])
    await other.close()
  })

  test('worker:connection_failed, worker:response_invalid, worker:verification_email_send_failed; the mail is kept', async () => {
    const worker = { WORKER_SECRET: 'w'.repeat(40), WORKER_TIMEOUT_MS: '300' }
    for (const [env, refusal] of [
      [{ ...worker, WORKER_URL: `http://127.0.0.1:${await hangingWorker()}` }, [503, 'worker:connection_failed']],
      [{ ...worker, WORKER_URL: `http://127.0.0.1:${await lyingWorker()}` }, [502, 'worker:response_invalid']],
      [{ SMTP_URL: 'smtp://127.0.0.1:1' }, [502, 'worker:verification_email_send_failed']],
    ] as const) {
      const { other, movedTo } = await beside(app, env)
      const { email } = newPerson()
      expect(said(await post(movedTo(client), { email }))).toEqual(refusal)
      expect(await app.sql('select id from invitations where email_key = $1', [email])).toHaveLength(1)
      const waiting = await app.sql(
        'select m.id from mails m join mailed_tokens t on t.id = m.token_id where t.address_key = $1 and m.sent_at is null',
        [email],
      )
      expect(waiting).toHaveLength(1)
      await other.close()
    }
  })
})
