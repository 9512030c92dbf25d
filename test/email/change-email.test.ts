import { describe, expect, test } from 'vitest'
import { startApp, useApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, type Person, signedInOnDevice, signedUp } from '../support/people.ts'

const url = '/v0/auth/change-email'
const app = useApp()

const freshAddress = () => newPerson().email
const change = (client: TestClient, person: Person, new_email: string) =>
  client.post(url, { password: person.password, new_email })
const confirm = (token: string, email?: string) => app.client().post('/v0/auth/confirm-email-change', { token, email })
const undo = (token: string) => app.client().post('/v0/auth/undo-email-change', { token })
const login = (email: string, password: string) => app.client().post('/v0/auth/login', { email, password })

/** An account whose address was changed; the old mailbox holds the undo link. */
async function changed() {
  const { person, client } = await signedInOnDevice(app)
  const newEmail = freshAddress()
  await change(client, person, newEmail)
  expect((await confirm(await mailedToken(app, newEmail))).status).toBe(204)
  const undoToken = await mailedToken(app, person.email, 4)
  return { person, client, newEmail, undoToken }
}

describe('POST /v0/auth/change-email', () => {
  test('mails a link to the new address and a notice to the old; nothing changes yet', async () => {
    const { person, client } = await signedUp(app)
    const newEmail = freshAddress()
    expect((await change(client, person, newEmail)).status).toBe(204)
    const [link] = await mailsTo(app, newEmail)
    expect(link?.text).toContain('/account/confirm-email-change?token=pot_')
    const [notice] = await mailsTo(app, person.email, 2)
    expect(notice?.text).not.toContain('token=')
    expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
  })

  test('user:password_not_set, whatever else was sent', async () => {
    const { person, client } = await signedUp(app)
    await app.sql('update users set password_hash = null where email = $1', [person.email])
    for (const body of [{}, { password: 'x', new_email: 'junk' }, '{']) {
      const answer = await client.post(url, body)
      expect([answer.status, answer.code]).toEqual([401, 'user:password_not_set'])
    }
  })

  test('password:incorrect', async () => {
    const { client } = await signedUp(app)
    const answer = await client.post(url, { password: 'not the password', new_email: freshAddress() })
    expect([answer.status, answer.code]).toEqual([400, 'password:incorrect'])
  })

  test('user:email_already_exists, only to who knows the password', async () => {
    const { person: other } = await signedUp(app)
    const { person, client } = await signedUp(app)
    const answer = await change(client, person, other.email.toUpperCase())
    expect([answer.status, answer.code]).toEqual([409, 'user:email_already_exists'])
    const guess = await client.post(url, { password: 'not the password', new_email: other.email })
    expect(guess.code).toBe('password:incorrect')
  })

  test('the own address can be spelt anew, once its mailbox has confirmed it [FD15]', async () => {
    const { person, client } = await signedUp(app)
    const spelt = person.email.replace('person', 'Person')
    expect((await change(client, person, spelt)).status).toBe(204)
    expect((await client.get('/v0/user/me')).body.email).toBe(person.email)
    const confirm = { token: await mailedToken(app, spelt, 2) }
    expect((await app.client().post('/v0/auth/confirm-email-change', confirm)).status).toBe(204)
    expect(await app.sql('select email from users where email_key = $1', [person.email])).toEqual([{ email: spelt }])
    const login = await app.client().post('/v0/auth/login', { email: person.email, password: person.password })
    expect(login.status).toBe(202)
  })

  test('general:validation_error for the own address as it is, and for what is none', async () => {
    const { person, client } = await signedUp(app)
    const own = await change(client, person, person.email)
    expect(own.body.fields).toEqual([{ path: '/new_email', rule: 'unchanged' }])
    expect((await change(client, person, 'junk')).body.fields).toEqual([{ path: '/new_email', rule: 'format' }])
  })

  test('rate_limit:exceeded after five a day, and after five wrong passwords', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    const { person, client } = await signedUp(strict)
    for (let turn = 0; turn < 5; turn++) expect((await change(client, person, freshAddress())).status).toBe(204)
    const answer = await change(client, person, freshAddress())
    expect([answer.status, answer.code]).toEqual([429, 'rate_limit:exceeded'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(80_000)
    await strict.close()
  })

  test('system:hashing_error when the stored hash is damaged', async () => {
    const { person, client } = await signedUp(app)
    await app.sql("update users set password_hash = 'garbage' where email = $1", [person.email])
    expect((await change(client, person, freshAddress())).code).toBe('system:hashing_error')
  })

  test('worker:connection_failed, worker:response_invalid, worker:verification_email_send_failed: the link is kept', async () => {
    const { createServer } = await import('node:http')
    const lying = createServer((_request, response) => response.end('hello'))
    await new Promise<void>((resolve) => lying.listen(0, '127.0.0.1', resolve))
    const { port } = lying.address() as { port: number }
    const away = { SMTP_URL: 'smtp://127.0.0.1:1', WORKER_SECRET: 'w'.repeat(40) }
    const { person, client } = await signedUp(app)
    for (const [env, code] of [
      [{ SMTP_URL: 'smtp://127.0.0.1:1' }, 'worker:verification_email_send_failed'],
      [{ ...away, WORKER_URL: 'http://127.0.0.1:1' }, 'worker:connection_failed'],
      [{ ...away, WORKER_URL: `http://127.0.0.1:${port}` }, 'worker:response_invalid'],
    ] as const) {
      const broken = await startApp({ ...env, DATABASE_URL: app.config.databaseUrl })
      const sender = broken.client()
      for (const [name, value] of client.cookies) sender.cookies.set(name, value)
      const newEmail = freshAddress()
      expect((await change(sender, person, newEmail)).code).toBe(code)
      const kept = await app.sql("select id from mailed_tokens where purpose = 'email_change' and address = $1", [
        newEmail,
      ])
      expect(kept).toHaveLength(1)
      await broken.close()
    }
    lying.close()
  })
})

describe('POST /v0/auth/confirm-email-change', () => {
  test('changes the address, ends every session, and tells both mailboxes', async () => {
    const { person, client, newEmail } = await changed()
    expect((await client.get('/v0/user/me')).code).toBe('user:invalid_session')
    expect((await login(person.email, person.password)).code).toBe('auth:invalid_credentials')
    expect((await login(newEmail, person.password)).status).toBe(202)
    const [notice] = await mailsTo(app, person.email, 4)
    expect(notice?.text).toContain('/account/undo-email-change?token=pot_')
    expect((await mailsTo(app, newEmail, 2)).some(({ text }) => text.includes('address of your account'))).toBe(true)
  })

  test('token:invalid_email_change: malformed, unknown, used, superseded, expired, of another purpose', async () => {
    const { person, client } = await signedUp(app)
    const [first, second] = [freshAddress(), freshAddress()]
    await change(client, person, first)
    const superseded = await mailedToken(app, first)
    await change(client, person, second)
    const token = await mailedToken(app, second)
    await app.client().post('/v0/auth/forgot-password', { email: person.email })
    const reset = await mailedToken(app, person.email, 4)
    for (const wrong of ['junk', superseded, reset])
      expect((await confirm(wrong)).code).toBe('token:invalid_email_change')
    await app.sql("update mailed_tokens set expires_at = now() where purpose = 'email_change' and address = $1", [
      second,
    ])
    expect((await confirm(token)).code).toBe('token:invalid_email_change')
    await app.sql(
      "update mailed_tokens set expires_at = now() + interval '1 hour' where purpose = 'email_change' and address = $1",
      [second],
    )
    expect((await confirm(token)).status).toBe(204)
    const again = await confirm(token)
    expect([again.status, again.code]).toEqual([400, 'token:invalid_email_change'])
  })

  test('token:email_mismatch; nothing is consumed', async () => {
    const { person, client } = await signedUp(app)
    const newEmail = freshAddress()
    await change(client, person, newEmail)
    const token = await mailedToken(app, newEmail)
    expect((await confirm(token, person.email)).code).toBe('token:email_mismatch')
    expect((await confirm(token, newEmail.toUpperCase())).status).toBe(204)
  })

  test('user:email_already_exists when two race for one address: one gets it [EM4]', async () => {
    const newEmail = freshAddress()
    const tokens: string[] = []
    for (const turn of [1, 2]) {
      const { person, client } = await signedUp(app)
      await change(client, person, newEmail)
      tokens.push(await mailedToken(app, newEmail, turn))
    }
    const answers = await Promise.all(tokens.map((token) => confirm(token)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
    expect(answers.find(({ status }) => status === 409)?.code).toBe('user:email_already_exists')
  })

  test('of 50 posts of one link one works [TK1]', async () => {
    const { person, client } = await signedUp(app)
    const newEmail = freshAddress()
    await change(client, person, newEmail)
    const token = await mailedToken(app, newEmail)
    const answers = await Promise.all(Array.from({ length: 50 }, () => confirm(token)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  })

  test('a change of the password voids the link', async () => {
    const { person, client } = await signedUp(app)
    const newEmail = freshAddress()
    await change(client, person, newEmail)
    const token = await mailedToken(app, newEmail)
    const body = { current_password: person.password, new_password: 'another horse battery' }
    expect((await client.post('/v0/auth/change-password', body)).status).toBe(204)
    expect((await confirm(token)).code).toBe('token:invalid_email_change')
  })
})

describe('POST /v0/auth/undo-email-change', () => {
  test('gives the old address back, locks everybody out, and mails it a reset link', async () => {
    const { person, newEmail, undoToken } = await changed()
    expect((await login(newEmail, person.password)).status).toBe(202)
    const held = await mailedToken(app, newEmail, 3)
    expect((await undo(undoToken)).status).toBe(204)
    expect((await login(person.email, person.password)).code).toBe('auth:invalid_credentials')
    expect((await login(newEmail, person.password)).code).toBe('auth:invalid_credentials')
    expect((await app.client().post('/v0/auth/device/verify', { token: held })).code).toBe(
      'token:invalid_device_verify',
    )
    const token = await mailedToken(app, person.email, 5)
    const answer = await app.client().post('/v0/auth/reset-password', { token, new_password: 'a brand new password' })
    expect(answer.status).toBe(204)
    expect((await login(person.email, 'a brand new password')).status).toBe(202)
    expect(
      await app.sql(
        'select id from devices d where exists (select from users u where u.id = d.user_id and u.email = $1)',
        [person.email],
      ),
    ).toEqual([])
  })

  test('of several changes the oldest link restores its own address and voids the younger', async () => {
    const { person, newEmail, undoToken } = await changed()
    await login(newEmail, person.password)
    const client = app.client()
    await client.post('/v0/auth/device/verify', { token: await mailedToken(app, newEmail, 3) })
    const third = freshAddress()
    await change(client, person, third)
    expect((await confirm(await mailedToken(app, third))).status).toBe(204)
    const younger = await mailedToken(app, newEmail, 5)
    expect((await undo(undoToken)).status).toBe(204)
    expect((await undo(younger)).code).toBe('token:invalid_email_change')
    expect(await app.sql('select id from users where email = $1', [person.email])).toHaveLength(1)
  })

  test('token:invalid_email_change: malformed, used, expired, a link of another purpose', async () => {
    const { undoToken, person } = await changed()
    await app.sql("update mailed_tokens set expires_at = now() where purpose = 'email_undo' and address = $1", [
      person.email,
    ])
    expect((await undo(undoToken)).code).toBe('token:invalid_email_change')
    await app.sql(
      "update mailed_tokens set expires_at = now() + interval '1 hour' where purpose = 'email_undo' and address = $1",
      [person.email],
    )
    expect((await confirm(undoToken)).code).toBe('token:invalid_email_change')
    expect((await undo('junk')).code).toBe('token:invalid_email_change')
    expect((await undo(undoToken)).status).toBe(204)
    const again = await undo(undoToken)
    expect([again.status, again.code]).toEqual([400, 'token:invalid_email_change'])
  })

  test('user:email_already_exists when the old address was taken meanwhile; nothing is consumed', async () => {
    const { person, undoToken } = await changed()
    const { person: other } = await signedUp(app)
    await app.sql('update users set email = $1, email_key = lower($1) where handle = $2', [person.email, other.handle])
    const answer = await undo(undoToken)
    expect([answer.status, answer.code]).toEqual([409, 'user:email_already_exists'])
    await app.sql("update users set email_key = 'elsewhere@example.com' where handle = $1", [other.handle])
    expect((await undo(undoToken)).status).toBe(204)
  })

  test('rate_limit:exceeded while the hashing queue is full; nothing is consumed [FT13]', async () => {
    const slow = await startApp({ ARGON2_MEMORY_KIB: '131072', ARGON2_TIME_COST: '4', ARGON2_CONCURRENCY: '1' })
    const { person, client } = await signedUp(slow)
    const newEmail = freshAddress()
    await change(client, person, newEmail)
    const token = await mailedToken(slow, newEmail)
    expect((await slow.client().post('/v0/auth/confirm-email-change', { token })).status).toBe(204)
    const undoToken = await mailedToken(slow, person.email, 3)
    const guess = () => slow.client().post('/v0/auth/login', { email: freshAddress(), password: 'not the password' })
    const guesses = Array.from({ length: 100 }, guess)
    await Promise.any(guesses.map(async (one) => expect((await one).code).toBe('rate_limit:exceeded')))
    const answer = await slow.client().post('/v0/auth/undo-email-change', { token: undoToken })
    expect([answer.status, answer.code]).toEqual([429, 'rate_limit:exceeded'])
    await Promise.all(guesses)
    expect((await slow.client().post('/v0/auth/undo-email-change', { token: undoToken })).status).toBe(204)
    await slow.close()
  })
})
