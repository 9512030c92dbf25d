import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { helpUser } from '../../src/operator/help-user.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsSettled } from '../support/mail-way.ts'
import { mailedToken, mailsTo, signedInOnDevice } from '../support/people.ts'
import { arrive, newcomer, signedUpThrough, startProviders } from '../support/provider.ts'
import { ageTotp, codeOf, onDeviceOf, tempToken, verify } from '../totp/support.ts'
import { adminWithCode, giveRole, said, somebody, unknownId } from './support.ts'

const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp(env)
})
afterAll(async () => {
  await app.close()
  await stop()
})

const grantUrl = '/v0/users/roles/grant'
const required = [403, 'user:second_factor_required']

/** As the session of that client; gives the answer. */
const makeAdmin = async (client: TestClient) =>
  client.post(grantUrl, { user_id: (await somebody(app)).id, role: 'admin', reason: 'x' })

async function adminOnDevice() {
  const { person, client } = await signedInOnDevice(app)
  const id = String((await client.get('/v0/user/me')).body.id)
  await giveRole(app, id, 'admin')
  return { id, person, client }
}

/** Whoever has the session sets up an app; gives its codes. */
async function setUpApp(client: TestClient, of = app) {
  const secret = String((await client.post('/v0/auth/totp/setup')).body.secret)
  const enabled = await client.post('/v0/auth/totp/enable', { code: await codeOf(of, secret) })
  expect(enabled.status).toBe(200)
  return {
    code: () => codeOf(of, secret, 1),
    /** Not of the app's own steps, so that it can follow a code at once. */
    backupCodes: enabled.body.backup_codes as string[],
  }
}

const link = async (client: TestClient) => {
  provider.reset(newcomer())
  const answer = await client.post('/v0/auth/oauth/google/link', await arrive(client, 'google', '?flow=link'))
  expect(answer.status).toBe(204)
}

/** By the provider that was linked last, and a code, on the device of that client. */
async function signInThroughProvider(device: TestClient, code: string | undefined): Promise<TestClient> {
  const client = onDeviceOf(app, device)
  const { temp_token } = (await client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))).body
  expect((await verify(client, temp_token, code)).status).toBe(204)
  return client
}

describe('an app counts as a second factor once those who are told of it had a day [AT10]', () => {
  test('a stolen session of one factor links a provider, sets up an app, signs in by both, and is refused', async () => {
    const stolen = await adminOnDevice()
    await link(stolen.client)
    const { code, backupCodes } = await setUpApp(stolen.client)
    const thief = await signInThroughProvider(stolen.client, await code())
    expect(said(await makeAdmin(thief))).toEqual(required)
    for (const proof of [{ code: backupCodes[0] }, { password: stolen.person.password }, { code: backupCodes[1] }])
      expect((await thief.post('/v0/auth/reauthenticate', proof)).status).toBe(204)
    expect(said(await makeAdmin(thief))).toEqual(required)
  })

  test('a new app in the place of that one does not count either, however often', async () => {
    const stolen = await adminOnDevice()
    let { backupCodes } = await setUpApp(stolen.client)
    for (let turn = 0; turn < 2; turn++) {
      for (const proof of [{ password: stolen.person.password }, { code: backupCodes[0] }])
        expect((await stolen.client.post('/v0/auth/reauthenticate', proof)).status).toBe(204)
      expect((await stolen.client.post('/v0/auth/totp/disable', { code: backupCodes[1] })).status).toBe(204)
      ;({ backupCodes } = await setUpApp(stolen.client))
    }
    expect((await stolen.client.post('/v0/auth/reauthenticate', { code: backupCodes[0] })).status).toBe(204)
    expect(said(await makeAdmin(stolen.client))).toEqual(required)
  })

  test('a day later a code counts, one that was shown before does not', async () => {
    const { person, client } = await adminOnDevice()
    const { backupCodes } = await setUpApp(client)
    expect((await client.post('/v0/auth/reauthenticate', { code: backupCodes[0] })).status).toBe(204)
    await app.sql("update users set totp_enabled_at = now() - interval '23 hours 59 minutes' where email = $1", [
      person.email,
    ])
    expect((await client.post('/v0/auth/reauthenticate', { code: backupCodes[1] })).status).toBe(204)
    await ageTotp(app, person)
    expect(said(await makeAdmin(client))).toEqual(required)
    expect((await client.post('/v0/auth/reauthenticate', { code: backupCodes[2] })).status).toBe(204)
    expect((await makeAdmin(client)).status).toBe(200)
  })

  test('one that a session of two factors set up counts at once, as after a change of phones', async () => {
    const { person, client, backupCodes } = await adminWithCode(app)
    expect((await client.post('/v0/auth/totp/disable', { code: backupCodes[0] })).status).toBe(204)
    const next = await setUpApp(client)
    const elsewhere = onDeviceOf(app, client)
    expect((await verify(elsewhere, await tempToken(elsewhere, person), await next.code())).status).toBe(204)
    expect((await makeAdmin(elsewhere)).status).toBe(200)
  })

  test('one that the operator confirms counts at once, as that of the first administrator', async () => {
    const { person, client } = await adminOnDevice()
    const { backupCodes } = await setUpApp(client)
    expect((await helpUser(app.deps, `@${person.handle}`, 'confirm-totp'))?.says).toContain('count')
    expect(said(await makeAdmin(client))).toEqual(required)
    expect((await client.post('/v0/auth/reauthenticate', { code: backupCodes[0] })).status).toBe(204)
    expect((await makeAdmin(client)).status).toBe(200)
  })

  test('in development the refusal says what is missing, and from when it counts', async () => {
    const own = await startApp({ APP_ENV: 'development' })
    const { person, client } = await somebody(own, 'admin')
    const order = { user_id: unknownId, role: 'admin', reason: 'x' }
    const details = async () => String((await client.post(grantUrl, order)).body.details)
    const byOperator = `or at once where an operator says so: npm run admin -- user @${person.handle} confirm-totp.`
    const off = 'Two-step sign-in is off. Once it is set up its codes count after 24 hours,'
    expect(await details()).toBe(`${off} ${byOperator}`)
    await setUpApp(client, own)
    const [, from = '', rest] =
      /^The codes or passkeys of this account count from (\S+), (.*)$/.exec(await details()) ?? []
    expect(Math.abs(Date.parse(from) - Date.now() - 24 * 3_600_000)).toBeLessThan(60_000)
    expect(rest).toBe(byOperator)
    await ageTotp(own, person)
    expect(await details()).toMatch(/^Post a passkey’s answer to \S+, or a code, /)
    await own.close()
  })
})

describe('all administrators are told [AT10]', () => {
  const subject = 'An administrator has a new way to sign in'
  const told = async (email: string, atLeast: number) =>
    (await mailsTo(app, email, atLeast)).filter((mail) => mail.subject === subject).map(({ text }) => text)

  test('of an app, a provider and a first password of one of them, and of nobody else', async () => {
    await app.sql("delete from user_roles where role = 'admin'")
    const other = await somebody(app, 'admin')
    const { person, client } = await adminOnDevice()
    const plain = (await signedInOnDevice(app)).client
    await setUpApp(plain)
    await link(plain)
    await setUpApp(client)
    await link(client)
    const through = await signedUpThrough(app, provider)
    const { body } = await through.client.get('/v0/user/me')
    await giveRole(app, String(body.id), 'admin')
    const url = '/v0/auth/set-initial-password'
    expect((await through.client.post(url, { new_password: 'a brand new password' })).status).toBe(204)
    const texts = (await told(other.person.email, 4)).toReversed()
    expect(texts).toHaveLength(3)
    expect(texts[0]).toContain(`${person.handle} set up two-step sign-in`)
    expect(texts[0]).toContain('count as a second one after 24 hours')
    expect(texts[1]).toContain(`${person.handle} can now sign in through Google`)
    expect(texts[2]).toContain(`${body.handle} had no password and has set one`)
  })

  test('of a first password that the mailbox alone set, and of no later one', async () => {
    await app.sql("delete from user_roles where role = 'admin'")
    const other = await somebody(app, 'admin')
    const { id, person } = await somebody(app, 'admin')
    await app.sql('update users set password_hash = null where id = $1', [id])
    const resetAs = async (mails: number) => {
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      const wish = { token: await mailedToken(app, person.email, mails), new_password: `a first passphrase ${mails}` }
      expect((await app.client().post('/v0/auth/reset-password', wish)).status).toBe(204)
    }
    await resetAs(2)
    const texts = await told(other.person.email, 2)
    expect(texts).toEqual([expect.stringContaining(`${person.handle} had no password and has set one`)])
    // Its link, its news, and what it was told as an administrator itself.
    await resetAs(5)
    await mailsSettled(app)
    expect(await told(other.person.email, 2)).toHaveLength(1)
  })

  test('rate_limit:exceeded: nobody fills their mailboxes, as one alone does sixty such acts an hour', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    const { client } = await somebody(strict, 'admin')
    const grant = () => client.post(grantUrl, { user_id: unknownId, role: 'mod', reason: 'x' })
    for (let turn = 0; turn < 60; turn++) expect(said(await grant())).toEqual([404, 'user:not_found'])
    const answer = await grant()
    expect(said(answer)).toEqual([429, 'rate_limit:exceeded'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(3000)
    const secret = String((await client.post('/v0/auth/totp/setup')).body.secret)
    const enabling = await client.post('/v0/auth/totp/enable', { code: await codeOf(strict, secret) })
    expect(said(enabling)).toEqual([429, 'rate_limit:exceeded'])
    await strict.close()
  })
})
