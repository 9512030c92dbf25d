import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { adminWithCode, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo, signedInOnDevice, signedUp } from '../support/people.ts'
import { arrive, signedUpThrough, startProviders } from '../support/provider.ts'
import { ageTotp, codeOf, onDeviceOf, tempToken, verify, withTotp } from '../totp/support.ts'

const { provider, env, stop } = await startProviders()
let app: TestApp
beforeAll(async () => {
  app = await startApp({ ...env, TOTP_ISSUER: 'Postern' })
})
afterAll(async () => {
  await app.close()
  await stop()
})

/** Of the account's newest session. */
async function shownTo(email: string): Promise<unknown> {
  const [row] = await app.sql(
    'select methods from sessions where user_id = (select id from users where email = $1) order by created_at desc limit 1',
    [email],
  )
  return row?.methods
}

const throughProvider = async (client: TestClient) =>
  client.post('/v0/auth/oauth/google/login', await arrive(client, 'google'))

describe('a session knows what was shown to open it [AT10]', () => {
  test('a mailed link; a password on a known device; a password and the link to a new one', async () => {
    const { person } = await signedUp(app)
    expect(await shownTo(person.email)).toEqual(['mail'])
    const device = await signedInOnDevice(app)
    expect(await shownTo(device.person.email)).toEqual(['password', 'mail'])
    expect((await device.client.post('/v0/auth/login', device.person)).status).toBe(204)
    expect(await shownTo(device.person.email)).toEqual(['password'])
  })

  test('the app and a backup code after the password, each once, and not before they count', async () => {
    const { person, client, code, backupCodes, forgetSteps } = await withTotp(app)
    const known = onDeviceOf(app, client)
    expect((await verify(known, await tempToken(known, person), backupCodes[2])).status).toBe(204)
    expect(await shownTo(person.email)).toEqual(['password'])
    await ageTotp(app, person)
    expect((await verify(known, await tempToken(known, person), await code())).status).toBe(204)
    expect(await shownTo(person.email)).toEqual(['password', 'totp'])
    expect((await verify(known, await tempToken(known, person), backupCodes[0])).status).toBe(204)
    expect(await shownTo(person.email)).toEqual(['password', 'backup_code'])
    await forgetSteps()
    for (const proof of [{ password: person.password }, { code: await code(1) }, { code: backupCodes[1] }])
      expect((await known.post('/v0/auth/reauthenticate', proof)).status).toBe(204)
    expect(await shownTo(person.email)).toEqual(['password', 'backup_code', 'totp'])
  })

  test('a provider, at sign-up and later', async () => {
    const { who, client } = await signedUpThrough(app, provider)
    expect(await shownTo(who.email)).toEqual(['oauth'])
    expect((await throughProvider(client)).status).toBe(204)
    expect(await shownTo(who.email)).toEqual(['oauth'])
  })

  test('also where Redis says who is signed in', async () => {
    const own = await startApp({ REDIS_URL: inject('redisUrl') })
    const { client } = await adminWithCode(own)
    const target = await somebody(own)
    expect((await client.get('/v0/user/me')).status).toBe(200)
    // Memory is gone; whatever was stored in Redis meanwhile is read.
    await own.sql('select 1')
    const grant = { user_id: target.id, role: 'admin', reason: 'trusted' }
    expect((await client.post('/v0/users/roles/grant', grant)).status).toBe(200)
    await own.close()
  })
})

describe('the mail on a new device says what was used [AT19]', () => {
  const newest = async (email: string, atLeast: number, what: string) =>
    (await mailsTo(app, email, atLeast)).find(({ text }) => text.includes(what))?.text

  test('a password, which waits for a link', async () => {
    const { person } = await signedUp(app)
    await app.client().post('/v0/auth/login', person)
    expect(await newest(person.email, 2, 'verify-device')).toMatch(/^Your password was entered on a device/)
  })

  test.each([
    ['a code of your authenticator app', 4, ({ code }: Given) => code()],
    ['a backup code', 5, ({ backupCodes }: Given) => backupCodes[0]],
  ])('a password and %s', async (what, atLeast, give) => {
    const own = await withTotp(app)
    const elsewhere = app.client()
    await verify(elsewhere, await tempToken(elsewhere, own.person), await give(own))
    const mail = await newest(own.person.email, atLeast, 'now recognizes this device')
    expect(mail).toContain(`Your password was entered together with ${what} on a device`)
  })

  test('an account at a provider, by its name, and never a password', async () => {
    const { who, client } = await signedUpThrough(app, provider)
    await throughProvider(app.client())
    const first = await newest(who.email, 1, 'new to your account')
    expect(first).toContain('Your Google account was used on a device that is new to your account.')
    expect(first).not.toContain('assword')
    const { secret } = (await client.post('/v0/auth/totp/setup')).body
    const code = () => codeOf(app, String(secret))
    expect((await client.post('/v0/auth/totp/enable', { code: await code() })).status).toBe(200)
    await app.sql('update totp_secrets set login_step = 0')
    const elsewhere = app.client()
    const { temp_token } = (await throughProvider(elsewhere)).body
    expect((await verify(elsewhere, temp_token, await code())).status).toBe(204)
    const second = await newest(who.email, 3, 'new to your account')
    expect(second).toContain('at another service was used together with a code of your authenticator app')
    expect(second).not.toContain('assword')
  })
})

type Given = Awaited<ReturnType<typeof withTotp>>
