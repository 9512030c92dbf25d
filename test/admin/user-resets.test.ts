import { beforeAll, describe, expect, test } from 'vitest'
import { said, somebody } from '../moderation/support.ts'
import { register } from '../passkeys/support.ts'
import { useApp } from '../support/app.ts'
import { appWith, brokenWorkers } from '../support/mail-way.ts'
import { mailedToken, mailsTo } from '../support/people.ts'
import { ageTotp, withTotp } from '../totp/support.ts'
import { act, actOf, connected } from './acts.ts'
import { inConsole, withConsoleAlone } from './support.ts'

const env = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' }
const app = useApp(env)
let admin: Awaited<ReturnType<typeof inConsole>>
beforeAll(async () => {
  admin = await inConsole(app)
})

describe('POST /v0/admin/users/{id}/password-reset', () => {
  const reset = actOf('POST password-reset')

  test('mails the link of forgot-password, and nothing else changes [AZ5]', async () => {
    const { id, person, client } = await somebody(app)
    const answer = await act(reset, admin.client, { id, email: person.email })
    expect([answer.status, Object.keys(answer.body)]).toEqual([202, ['message']])
    expect((await client.get('/v0/user/me')).status).toBe(200)
    const token = await mailedToken(app, person.email, 2)
    expect(JSON.stringify(answer.body)).not.toContain(token)
    const body = { token, new_password: 'a wholly new passphrase' }
    expect((await app.client().post('/v0/auth/reset-password', body)).status).toBe(204)
  })

  test('where only a provider signs in, the mail names it', async () => {
    const target = await connected(app)
    await app.sql('update users set password_hash = null where id = $1', [target.id])
    expect((await act(reset, admin.client, target)).status).toBe(202)
    expect((await mailsTo(app, target.email, 2))[0]?.text).toContain('Google')
  })

  test('rate_limit:exceeded: an address gets as many as it may ask for itself [RL5]', async () => {
    const own = await appWith({})
    const [by, { id, person }] = [await inConsole(own), await somebody(own)]
    const { databaseUrl = '', keysDir } = own.config
    const strict = await appWith({ DATABASE_URL: databaseUrl, KEYS_DIR: keysDir, RATE_LIMITS: '1' })
    const client = withConsoleAlone(strict, by)
    const answers = []
    for (let n = 0; n < 6; n++) answers.push(await act(reset, client, { id, email: person.email }))
    expect(answers.map(({ code }) => code)).toEqual([...Array(5).fill(undefined), 'rate_limit:exceeded'])
  })

  test('worker:connection_failed, worker:response_invalid, worker:password_reset_email_send_failed: the mail is kept', async () => {
    const own = await appWith({})
    const [by, { id, person }] = [await inConsole(own), await somebody(own)]
    for (const [broken, code] of await brokenWorkers(own)) {
      const answer = await act(reset, withConsoleAlone(broken, by), { id, email: person.email })
      expect(answer.code).toBe(code.replace('verification_email', 'password_reset_email'))
    }
    const kept = "select id from mailed_tokens where user_id = $1 and purpose = 'password_reset'"
    expect(await own.sql(kept, [id])).toHaveLength(3)
  })
})

describe('POST /v0/admin/users/{id}/second-factor/reset', () => {
  const reset = actOf('POST second-factor/reset')

  test('the password alone signs in; sessions, codes and waiting logins are gone, and the owner is told at once', async () => {
    const { person, client, backupCodes } = await withTotp(app)
    await ageTotp(app, person)
    const id = String((await client.get('/v0/user/me')).body.id)
    const elsewhere = app.client()
    const waiting = await elsewhere.post('/v0/auth/login', person)
    expect((await act(reset, admin.client, { id, email: person.email })).status).toBe(204)
    expect(said(await client.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    const late = { temp_token: waiting.body.temp_token, code: backupCodes[0] }
    expect((await elsewhere.post('/v0/auth/totp/verify', late)).code).toBe('totp:temp_token_invalid')
    for (const table of ['totp_secrets', 'backup_codes'])
      expect(await app.sql(`select user_id from ${table} where user_id = $1`, [id])).toEqual([])
    expect((await mailsTo(app, person.email, 4))[0]?.subject).toBe('Two-step sign-in is off')
    const events = await app.sql<{ type: string; metadata: object }>(
      'select type, metadata from security_events where user_id = $1 order by created_at desc limit 2',
      [id],
    )
    expect(events).toEqual([
      { type: 'totp_disabled', metadata: { by: 'administrator' } },
      { type: 'second_factor_reset', metadata: { passkeys: 'false', reason: expect.any(String) } },
    ])
    expect((await app.client().post('/v0/auth/login', person)).body).not.toHaveProperty('temp_token')
  })

  test('passkeys stay, unless they are to go as well', async () => {
    const { person, client } = await withTotp(app)
    await register(client)
    const id = String((await client.get('/v0/user/me')).body.id)
    const target = { id, email: person.email }
    const left = () => app.sql('select id from passkeys where user_id = $1 and deleted_at is null', [id])
    expect((await act(reset, admin.client, target)).status).toBe(204)
    expect(await left()).toHaveLength(1)
    // Without TOTP it is the passkeys that are reset.
    expect((await act(reset, admin.client, target, { passkeys: true })).status).toBe(204)
    expect(await left()).toEqual([])
  })

  test('totp:not_enabled: nothing to reset, and so of two at once all but one', async () => {
    const { id, person } = await somebody(app)
    const answer = await act(reset, admin.client, { id, email: person.email }, { passkeys: true })
    expect(said(answer)).toEqual([400, 'totp:not_enabled'])
    const target = await reset.prepare(app)
    const other = await inConsole(app)
    const answers = await Promise.all([admin, other].map(({ client }) => act(reset, client, target)))
    expect(answers.map(({ code }) => code).sort()).toEqual(['totp:not_enabled', undefined])
  })
})
