import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { helpUser } from '../../src/operator/help-user.ts'
import { said } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, mailsTo, newPerson, type Person, signedInOnDevice, signedUp } from '../support/people.ts'
import { arrive, newcomer, startProviders } from '../support/provider.ts'
import { runAdmin } from '../support/server-process.ts'
import { codeOf, tempToken, verify } from '../totp/support.ts'

const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

const newPassword = 'a brand new password'

async function setUpTotp(client: TestClient) {
  const secret = String((await client.post('/v0/auth/totp/setup')).body.secret)
  const enabled = await client.post('/v0/auth/totp/enable', { code: await codeOf(app, secret) })
  expect(enabled.status).toBe(200)
  await app.sql('update totp_secrets set login_step = 0, regenerate_step = 0, disable_step = 0')
  return { secret, backupCodes: enabled.body.backup_codes as string[] }
}

async function linkGoogle(client: TestClient): Promise<void> {
  provider.reset(newcomer())
  const answer = await client.post('/v0/auth/oauth/google/link', await arrive(client, 'google', '?flow=link'))
  expect(answer.status).toBe(204)
}

/** Whoever has the session and the password asks for another address; gives it. */
async function askForAddress(client: TestClient, { password }: Person): Promise<string> {
  const newEmail = newPerson().email
  expect((await client.post('/v0/auth/change-email', { password, new_email: newEmail })).status).toBe(204)
  return newEmail
}

async function confirmAddress(newEmail: string): Promise<void> {
  const token = await mailedToken(app, newEmail)
  expect((await app.client().post('/v0/auth/confirm-email-change', { token })).status).toBe(204)
}

/** Of the mails to the owner, the newest with a link to that page. */
const linkTo = (page: string, { email }: Person): Promise<string> =>
  vi.waitFor(
    async () => {
      const texts = (await mailsTo(app, email)).map(({ text }) => text)
      const found = texts.find((text) => text.includes(`/${page}?token=`))
      if (found === undefined) throw new Error(`no mail to ${email} leads to ${page}`)
      return found
    },
    { timeout: 15_000, interval: 20 },
  )

const tokenIn = (text: string) => /token=(\S+)/.exec(text)?.[1]

/** Opens the undo link of the old mailbox; gives the mail that follows. */
async function undo(person: Person): Promise<string> {
  const token = tokenIn(await linkTo('undo-email-change', person))
  expect((await app.client().post('/v0/auth/undo-email-change', { token })).status).toBe(204)
  return linkTo('reset-password', person)
}

/** By the mailbox alone; gives what the password then leads to. */
async function comeBack(mail: string, { email }: Person) {
  const reset = { token: tokenIn(mail), new_password: newPassword }
  expect((await app.client().post('/v0/auth/reset-password', reset)).status).toBe(204)
  const client = app.client()
  const answer = await client.post('/v0/auth/login', { email, password: newPassword })
  expect(answer.status).toBe(202)
  return { client, body: answer.body }
}

const idOf = async ({ handle }: Person) =>
  String((await app.sql<{ id: string }>('select id from users where handle = $1', [handle]))[0]?.id)
const rowsOf = async (table: string, person: Person, more = '') =>
  (await app.sql(`select 1 from ${table} where user_id = $1 ${more}`, [await idOf(person)])).length

describe('POST /v0/auth/undo-email-change takes back all that opens the account [AT7]', () => {
  test('what was added since the change was asked for, before its link was opened and after; its mail lists it', async () => {
    const { person, client } = await signedInOnDevice(app)
    const newEmail = await askForAddress(client, person)
    await linkGoogle(client)
    await client.post('/v0/auth/token')
    await confirmAddress(newEmail)
    const thief = app.client()
    await thief.post('/v0/auth/login', { email: newEmail, password: person.password })
    await thief.post('/v0/auth/device/verify', { token: await mailedToken(app, newEmail, 3) })
    const { backupCodes } = await setUpTotp(thief)
    const pending = await tempToken(app.client(), { ...person, email: newEmail })

    const mail = await undo(person)
    for (const listed of ['two-step sign-in, with its backup codes', 'the sign-in through google', 'one session'])
      expect(mail).toContain(listed)
    expect(mail).toContain('2 devices')
    expect(mail).toMatch(/everything that was added since \w+ \d+, \d{4} at .* UTC/)
    expect(said(await thief.get('/v0/user/me'))).toEqual([401, 'user:invalid_session'])
    expect(said(await verify(app.client(), pending, backupCodes[0]))).toEqual([400, 'totp:temp_token_invalid'])
    const live = 'and ended_at is null'
    for (const [table, more] of [
      ['sessions', live],
      ['refresh_families', live],
      ['pending_logins', live],
      ['devices', ''],
      ['totp_secrets', ''],
      ['backup_codes', ''],
      ['oauth_identities', ''],
      ['mailed_tokens', "and purpose <> 'password_reset' and used_at is null and superseded_at is null"],
    ] as const)
      expect([table, await rowsOf(table, person, more)]).toEqual([table, 0])

    const { body } = await comeBack(mail, person)
    expect(body).toEqual({ status: 'device_verification_required' })
  })

  test('what its owner had before stays, and still asks; codes made anew since are gone', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { secret } = await setUpTotp(client)
    await linkGoogle(client)
    const newEmail = await askForAddress(client, person)
    const regenerated = await client.post('/v0/auth/totp/backup-codes/regenerate', { code: await codeOf(app, secret) })
    expect(regenerated.status).toBe(200)
    await confirmAddress(newEmail)

    const mail = await undo(person)
    expect(mail).toContain('backup codes')
    expect(mail).not.toMatch(/with its backup codes;|through google/)
    const { client: back, body } = await comeBack(mail, person)
    await app.sql('update totp_secrets set login_step = 0')
    expect((await verify(back, body.temp_token, await codeOf(app, secret))).status).toBe(204)
    expect([await rowsOf('oauth_identities', person), await rowsOf('backup_codes', person)]).toEqual([1, 0])
  })

  test('an app that replaced the owner’s goes, the old one cannot come back, and the mail says so', async () => {
    const { person, client } = await signedInOnDevice(app)
    const { backupCodes } = await setUpTotp(client)
    const newEmail = await askForAddress(client, person)
    expect((await client.post('/v0/auth/totp/disable', { code: backupCodes[0] })).status).toBe(204)
    await setUpTotp(client)
    await confirmAddress(newEmail)
    const mail = await undo(person)
    expect(mail).toContain('Removed: ')
    expect(mail).toContain('two-step sign-in, with its backup codes')
    expect(mail).toContain('Anything that was replaced or switched off since then cannot be restored automatically.')
    expect((await comeBack(mail, person)).body).toEqual({ status: 'device_verification_required' })
  })

  describe.each([
    ['', async () => {}],
    [
      ', of a link from before such links knew when the change was asked for',
      async (person: Person) =>
        void (await app.sql('update mailed_tokens set since = null where user_id = $1', [await idOf(person)])),
    ],
  ] as const)('from when it counts%s', (_name, forget) => {
    test('whoever asks again keeps nothing of what they added since they first asked', async () => {
      const { person, client } = await signedInOnDevice(app)
      await askForAddress(client, person)
      await setUpTotp(client)
      await confirmAddress(await askForAddress(client, person))
      await forget(person)
      expect(await undo(person)).toContain('two-step sign-in, with its backup codes')
      expect(await rowsOf('totp_secrets', person)).toBe(0)
    })

    test('a change that was confirmed is over: what came between it and the next stays at the undo of the next', async () => {
      const { person, client } = await signedInOnDevice(app)
      const ownEmail = await askForAddress(client, person)
      await confirmAddress(ownEmail)
      const owner = { ...person, email: ownEmail }
      await client.post('/v0/auth/login', owner)
      await setUpTotp(client)
      await confirmAddress(await askForAddress(client, owner))
      await forget(person)
      expect(await undo(owner)).not.toContain('two-step sign-in, with its backup codes')
      expect(await rowsOf('totp_secrets', person)).toBe(1)
    })
  })
})

describe('while an undo link lives nobody signs up with its address [AT7]', () => {
  test('through a provider, with a password or by mail: the answers of a registered address; then the link works', async () => {
    const { person, client } = await signedInOnDevice(app)
    await confirmAddress(await askForAddress(client, person))
    provider.reset({ ...newcomer(), email: person.email })
    const squatter = app.client()
    const come = async () => squatter.post('/v0/auth/oauth/google/login', await arrive(squatter, 'google'))
    expect(said(await come())).toEqual([409, 'oauth:email_already_exists'])
    expect((await squatter.post('/v0/auth/signup', { ...newPerson(), email: person.email })).status).toBe(202)
    const notice = await vi.waitFor(
      async () => {
        const found = (await mailsTo(app, person.email)).find((one) => one.subject === 'You already have an account')
        if (found === undefined) throw new Error('there is no notice')
        return found
      },
      { timeout: 15_000, interval: 20 },
    )
    expect(notice.text).not.toContain('token=')
    await undo(person)
    expect((await app.sql('select id from users where email = $1', [person.email])).length).toBe(1)
  })

  test('user:email_already_exists, oauth:email_already_exists: also a sign-up that began before', async () => {
    const { email } = newPerson()
    const [byPassword, throughProvider] = [app.client(), app.client()]
    await byPassword.post('/v0/auth/signup', { ...newPerson(), email })
    const link = await mailedToken(app, email)
    provider.reset({ ...newcomer(), email })
    const arrival = await arrive(throughProvider, 'google')
    const { body } = await throughProvider.post('/v0/auth/oauth/google/login', arrival)
    const { person } = await signedInOnDevice(app)
    // As if the account had that address for a while.
    await app.sql(
      `insert into mailed_tokens (id, purpose, user_id, address_key, address, digest, expires_at)
       select gen_random_uuid(), 'email_undo', id, $2, $2, sha256($3), now() + interval '1 day' from users where email = $1`,
      [person.email, email, Buffer.from(email)],
    )
    expect(said(await byPassword.post('/v0/auth/verify-email', { token: link }))).toEqual([
      409,
      'user:email_already_exists',
    ])
    const wish = { pending_token: body.pending_token, handle: `kept_${process.pid}`, display_name: 'K' }
    const completed = await throughProvider.post('/v0/auth/complete-signup', wish)
    expect(said(completed)).toEqual([409, 'oauth:email_already_exists'])
    await app.sql("update mailed_tokens set expires_at = now() where purpose = 'email_undo' and address_key = $1", [
      email,
    ])
    expect((await throughProvider.post('/v0/auth/complete-signup', wish)).status).toBe(204)
  })
})

test('the mail of a password that was reset names the services that still sign in [AT7]', async () => {
  const { person, client } = await signedInOnDevice(app)
  await linkGoogle(client)
  await app.client().post('/v0/auth/forgot-password', { email: person.email })
  await comeBack(await linkTo('reset-password', person), person)
  await vi.waitFor(
    async () => {
      const texts = (await mailsTo(app, person.email)).map(({ text }) => text)
      expect(texts.join('\n')).toContain('You can also still sign in to your account through Google.')
    },
    { timeout: 15_000, interval: 20 },
  )
})

describe('npm run admin -- user EMAIL take-back [AT7]', () => {
  test('ends everything, removes what came since, and gives the address back', async () => {
    const { person, client } = await signedInOnDevice(app)
    await setUpTotp(client)
    const [row] = await app.sql<{ now: string }>('select now()::text as now')
    await linkGoogle(client)
    const newEmail = await askForAddress(client, person)
    await confirmAddress(newEmail)
    const since = new Date(row?.now ?? '').toISOString()
    const { code, out } = await runAdmin(app, ['user', `@${person.handle}`, 'take-back', '--since', since])
    expect([code, out]).toEqual([0, expect.stringContaining('the sign-in through google')])
    expect(out).toContain(`mailed to ${person.email}`)
    expect(out).not.toContain('with its backup codes;')
    const mail = await linkTo('reset-password', person)
    expect(mail).toContain('An operator took your account back')
    const { body } = await comeBack(mail, person)
    expect(Object.keys(body)).toEqual(['temp_token', 'methods'])
    expect(await rowsOf('oauth_identities', person)).toBe(0)
  })

  test('without a moment it counts seven days; a stranger who has the address by now keeps it', async () => {
    const { person, client } = await signedInOnDevice(app)
    await setUpTotp(client)
    await confirmAddress(await askForAddress(client, person))
    await app.sql("update users set totp_enabled_at = now() - interval '6 days 23 hours' where handle = $1", [
      person.handle,
    ])
    await app.sql("update mailed_tokens set expires_at = now() where purpose = 'email_undo' and address = $1", [
      person.email,
    ])
    const { person: stranger } = await signedUp(app, { email: person.email })
    await expect(helpUser(app.deps, `@${person.handle}`, 'take-back')).rejects.toThrow('another account has by now')
    expect(await rowsOf('totp_secrets', person)).toBe(1)
    await app.sql("update users set email_key = 'gone@example.com' where handle = $1", [stranger.handle])
    expect((await helpUser(app.deps, await idOf(person), 'take-back'))?.says).toContain('two-step sign-in')
    expect(await rowsOf('totp_secrets', person)).toBe(0)
  })

  test('a moment that is none, to come, or of another act', async () => {
    for (const words of [
      ['take-back', '--since'],
      ['take-back', '--since', 'yesterday'],
      ['take-back', '--since', '2999-01-01'],
      ['show', '--since', '2026-01-01'],
    ])
      expect([words, (await runAdmin(app, ['user', 'nobody@example.com', ...words])).code]).toEqual([words, 2])
  })
})
