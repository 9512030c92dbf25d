import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { appWith, brokenWorkers } from '../support/mail-way.ts'
import { mailsTo, type Person, signedUp } from '../support/people.ts'
import { onDeviceOf, tempToken, verify, withTotp } from '../totp/support.ts'

const url = '/v0/user/me'
const app = useApp()

const remove = (client: TestClient, body?: unknown) => client.send('DELETE', url, { body })
const refused = ({ status, code, body, setCookies }: Answer) => ({ status, code, body, setCookies })
const refusal = (status: number, code: string) => ({ status, code, body: { status, code }, setCookies: [] })

const ownId = '(select id from users where email = $1)'
const withoutPassword = ({ email }: Person, at = app) =>
  at.sql('update users set password_hash = null where email = $1', [email])
const eventsOf = (id: unknown, at = app) =>
  at.sql('select * from security_events where user_id = $1 order by created_at, id', [id])
const lives = async (client: TestClient) => expect((await client.get(url)).status).toBe(200)

/** So many statements wait for a lock of another. */
const untilWaiting = (count: number) =>
  expect
    .poll(
      () => app.sql("select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"),
      { timeout: 10_000 },
    )
    .toHaveLength(count)

describe(`DELETE ${url}`, () => {
  describe('erases the account', () => {
    const expectErased = async (client: TestClient, body: object) => {
      const { id } = (await client.get(url)).body
      const session = `__Host-session_id=${client.cookies.get('__Host-session_id')}`
      const answer = await remove(client, body)
      expect([answer.status, answer.body]).toEqual([204, {}])
      expect(answer.setCookies).toEqual(['__Host-session_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax'])
      expect((await app.client().get(url, { headers: { cookie: session } })).code).toBe('user:invalid_session')
      expect((await app.client().get(`/v0/users/profile/id?user_id=${id}`)).body.deactivated).toBe(true)
      expect((await eventsOf(id)).at(-1)).toMatchObject({ type: 'deletion_requested' })
    }

    test('with the password', async () => {
      const { person, client } = await signedUp(app)
      await expectErased(client, { password: person.password })
    })

    test('with the password where TOTP is on', async () => {
      const { person, client } = await withTotp(app)
      await expectErased(client, { password: person.password })
    })

    test('with a code of the app', async () => {
      const { client, code } = await withTotp(app)
      await expectErased(client, { totp_code: await code() })
    })

    test('with a backup code', async () => {
      const { client, backupCodes } = await withTotp(app)
      await expectErased(client, { totp_code: backupCodes[0] })
    })

    test('with a code where there is no password', async () => {
      const { person, client, code } = await withTotp(app)
      await withoutPassword(person)
      await expectErased(client, { totp_code: await code() })
    })

    test('of whoever is banned, too', async () => {
      const { person, client } = await signedUp(app)
      await app.sql('update users set banned_at = now() where email = $1', [person.email])
      await expectErased(client, { password: person.password })
    })

    test('of the caller, whomever the body names [AZ2]', async () => {
      const { client: other } = await signedUp(app)
      const { id, email } = (await other.get(url)).body
      const { person, client } = await signedUp(app)
      await expectErased(client, { password: person.password, user_id: id, id, email })
      await lives(other)
    })
  })

  describe('of an account with neither password nor TOTP', () => {
    test.each([undefined, {}, { password: 'anything' }, { totp_code: '000000' }])(
      '202 and a mailed link, nothing is erased yet: %j',
      async (body) => {
        const { person, client } = await signedUp(app)
        await withoutPassword(person)
        const answer = await remove(client, body)
        expect([answer.status, answer.code, answer.setCookies]).toEqual([202, undefined, []])
        const [mail] = await mailsTo(app, person.email, 2)
        expect(mail?.text).toMatch(/https:\/\/app\.example\.com\/account\/confirm-deletion\?token=pot_/)
        await lives(client)
      },
    )

    test('rate_limit:exceeded after five mails an hour', async () => {
      const strict = await appWith({ RATE_LIMITS: 'on' })
      const { person, client } = await signedUp(strict)
      await withoutPassword(person, strict)
      for (let time = 0; time < 5; time++) expect((await remove(client)).status).toBe(202)
      const answer = await remove(client)
      expect([answer.status, answer.code]).toEqual([429, 'rate_limit:exceeded'])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3000)
    })

    test('worker:connection_failed, worker:response_invalid, worker:verification_email_send_failed: the link is kept', async () => {
      const { person, client } = await signedUp(app)
      await withoutPassword(person)
      for (const [broken, code] of await brokenWorkers(app)) {
        const same = broken.client()
        for (const [name, value] of client.cookies) same.cookies.set(name, value)
        expect((await remove(same)).code).toBe(code)
      }
      const kept = await app.sql(
        `select m.id from mails m join mailed_tokens t on t.id = m.token_id
         where t.purpose = 'account_deletion' and t.user_id = ${ownId}`,
        [person.email],
      )
      expect(kept).toHaveLength(3)
    })
  })

  describe('user:reauthentication_required', () => {
    const expectRefused = async (client: TestClient, body: unknown) => {
      expect(refused(await remove(client, body))).toEqual(refusal(401, 'user:reauthentication_required'))
      await lives(client)
    }

    test('without a proof, and with one that the account does not have', async () => {
      const { client } = await signedUp(app)
      for (const body of [undefined, {}, { totp_code: '000000' }, { totp_code: 'AAAAAAAA' }, { proof: 'x' }])
        await expectRefused(client, body)
    })

    test('with the password where only TOTP is left', async () => {
      const { person, client } = await withTotp(app)
      await withoutPassword(person)
      for (const body of [{}, { password: person.password }]) await expectRefused(client, body)
    })

    test('a session that is fresh is no proof', async () => {
      const { person, client } = await signedUp(app)
      expect((await client.post('/v0/auth/reauthenticate', { password: person.password })).status).toBe(204)
      await expectRefused(client, {})
    })
  })

  describe('user:invalid_password', () => {
    test.each(['not the password', ''])('%j', async (password) => {
      const { client } = await signedUp(app)
      expect(refused(await remove(client, { password }))).toEqual(refusal(401, 'user:invalid_password'))
      await lives(client)
    })

    test('of a password that is changed meanwhile', async () => {
      const { person, client } = await signedUp(app)
      const lock = await app.deps.pool.connect()
      try {
        await lock.query('begin')
        await lock.query('select id from users where email = $1 for update', [person.email])
        const change = client.post('/v0/auth/change-password', {
          current_password: person.password,
          new_password: 'a wholly new passphrase',
        })
        await untilWaiting(1)
        const deletion = remove(client, { password: person.password })
        await untilWaiting(2)
        await lock.query('commit')
        expect((await change).status).toBe(204)
        expect((await deletion).code).toBe('user:invalid_password')
      } finally {
        lock.release()
      }
    })

    test('rate_limit:exceeded after five; the right one must wait too [TH2 TH3]', async () => {
      const strict = await appWith({ RATE_LIMITS: 'on' })
      const { person, client } = await signedUp(strict)
      const { id } = (await client.get(url)).body
      for (let time = 0; time < 5; time++)
        expect((await remove(client, { password: 'not the password' })).code).toBe('user:invalid_password')
      const answer = await remove(client, { password: person.password })
      expect([answer.status, answer.code, answer.headers['retry-after']]).toEqual([429, 'rate_limit:exceeded', '1'])
      const failures = (await eventsOf(id, strict)).filter(({ type }) => type === 'login_failed')
      expect(failures).toHaveLength(5)
      expect(failures[0]).toMatchObject({ metadata: { act: 'delete_account' } })
      await strict.sql('update failed_attempts set blocked_until = now()')
      expect((await remove(client, { password: person.password })).status).toBe(204)
    })
  })

  describe('totp:invalid_code', () => {
    test('of a wrong one, and of what is none', async () => {
      const { client } = await withTotp(app)
      for (const totp_code of ['000000', 'AAAAAAAA', 'x', ''])
        expect(refused(await remove(client, { totp_code }))).toEqual(refusal(400, 'totp:invalid_code'))
      await lives(client)
    })

    test('of a code that a sign-in has spent, and of a backup code that was used [MF1]', async () => {
      const { person, client, code, backupCodes } = await withTotp(app)
      const spent = await code()
      const other = onDeviceOf(app, client)
      expect((await verify(other, await tempToken(other, person), spent)).status).toBe(204)
      expect((await verify(other, await tempToken(other, person), backupCodes[0])).status).toBe(204)
      for (const totp_code of [spent, backupCodes[0]])
        expect((await remove(client, { totp_code })).code).toBe('totp:invalid_code')
    })

    test('rate_limit:exceeded after five', async () => {
      const strict = await appWith({ RATE_LIMITS: 'on' })
      const { person, client, backupCodes } = await withTotp(strict)
      for (let time = 0; time < 5; time++)
        expect((await remove(client, { totp_code: '000000' })).code).toBe('totp:invalid_code')
      expect((await remove(client, { totp_code: backupCodes[0] })).code).toBe('rate_limit:exceeded')
      // Codes have a count of their own.
      expect((await remove(client, { password: person.password })).status).toBe(204)
    })
  })

  test('totp:backup_code_exhausted', async () => {
    const { person, client } = await withTotp(app)
    await app.sql(`update backup_codes set used_at = now() where user_id = ${ownId}`, [person.email])
    const answer = await remove(client, { totp_code: 'AAAAAAAA' })
    expect(refused(answer)).toEqual(refusal(401, 'totp:backup_code_exhausted'))
  })

  test.each([
    { password: 'x', totp_code: '000000' },
    { password: '', totp_code: '' },
    { password: 1 },
    { totp_code: 123456 },
    { password: null },
    { totp_code: null },
    '{"password":',
    '[]',
  ])('general:bad_request %j', async (body) => {
    const { client } = await signedUp(app)
    const answer = await remove(client, body)
    expect([answer.status, answer.code]).toEqual([400, 'general:bad_request'])
    await lives(client)
  })

  test('general:validation_error for a password over 1,024 bytes', async () => {
    const { client } = await signedUp(app)
    const { code, body } = await remove(client, { password: 'é'.repeat(513) })
    expect([code, body.fields]).toEqual([
      'general:validation_error',
      [{ path: '/password', rule: 'max_length', limit: 1024 }],
    ])
  })

  test.each(['garbage', ''])('system:hashing_error when the stored hash is %j [PW6]', async (hash) => {
    const { person, client } = await signedUp(app)
    await app.sql('update users set password_hash = $2 where email = $1', [person.email, hash])
    const answer = await remove(client, { password: person.password })
    expect(refused(answer)).toEqual(refusal(500, 'system:hashing_error'))
  })

  test('of ten at once with one code one proves it; the account is erased once', async () => {
    const { client, code } = await withTotp(app)
    const { id } = (await client.get(url)).body
    const totp_code = await code()
    const answers = await Promise.all(Array.from({ length: 10 }, () => remove(client, { totp_code })))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect((await eventsOf(id)).filter(({ type }) => type === 'deletion_requested')).toHaveLength(1)
  })
})
