import { describe, expect, onTestFinished, test } from 'vitest'
import { publicUrl, startApp, useApp } from '../support/app.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { SoftPasskey } from '../support/soft-authenticator.ts'
import { register, signInWith } from './support.ts'

const url = '/.well-known/webauthn'
const { hostname } = new URL(publicUrl)
const elsewhere = 'https://example.org'
const own = `https://sub.${hostname}`
const androidApp = `android:apk-key-hash:${'A'.repeat(43)}`
const app = useApp({
  PASSKEY_RP_ID: hostname,
  PASSKEY_ORIGINS: `${publicUrl},${elsewhere},${own},${androidApp}`,
})

async function started(env: Readonly<Record<string, string>>) {
  const other = await startApp(env)
  onTestFinished(other.close)
  return other
}

describe(`GET ${url}`, () => {
  test('lists the origins elsewhere, and neither those of the domain nor apps; nobody is asked who he is [PK11]', async () => {
    const headers = { authorization: 'Bearer junk', cookie: '__Host-session_id=junk', origin: 'https://example.net' }
    const answer = await app.client().get(url, { headers })
    expect([answer.status, answer.body, answer.setCookies]).toEqual([200, { origins: [elsewhere] }, []])
    expect(answer.headers['content-type']).toMatch(/^application\/json\b/)
  })

  test('has no rate limit', async () => {
    const strict = await started({ RATE_LIMITS: '0.001', PASSKEY_RP_ID: hostname, PASSKEY_ORIGINS: elsewhere })
    for (let time = 0; time < 20; time++) {
      const { status, headers } = await strict.client().get(url)
      expect(status).toBe(200)
      for (const name of ['ratelimit', 'ratelimit-policy']) expect(headers).not.toHaveProperty(name)
    }
  })

  test.each([
    ['no page is elsewhere', { PASSKEY_RP_ID: hostname, PASSKEY_ORIGINS: `${publicUrl},${own},${androidApp}` }],
    ['the domain is another than this host', { PASSKEY_RP_ID: 'example.com', PASSKEY_ORIGINS: elsewhere }],
  ])('system:not_found: %s [PK11]', async (_, env) => {
    const answer = await (await started(env)).client().get(url)
    expect([answer.status, answer.code]).toEqual([404, 'system:not_found'])
  })

  test('from a page that it lists a passkey is registered and signs in; from one that it does not, never [PK2]', async () => {
    const { person, client } = await signedUp(app)
    const { passkey } = await register(client, new SoftPasskey({ origin: elsewhere }))
    expect(passkey.rpId).toBe(hostname)
    await mailsTo(app, person.email, 2)
    expect((await signInWith(app.client(), passkey)).status).toBe(204)
    for (const origin of ['https://example.net', 'https://sub.example.org', 'http://example.org'])
      expect(await signInWith(app.client(), passkey, { origin })).toMatchObject({
        status: 401,
        code: 'passkey:invalid_assertion',
      })
  })
})
