import { renameSync } from 'node:fs'
import { join } from 'node:path'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'
import { withSetup, withTotp } from './support.ts'

const url = '/v0/auth/totp/setup'
let app: TestApp
beforeAll(async () => {
  app = await startApp({ TOTP_ISSUER: 'Acme Inc' })
})
afterAll(() => app.close())

describe(`POST ${url}`, () => {
  test('the picture, decoded, is the URI', async () => {
    const { person, setup, secret } = await withSetup(app)
    const uri = String(setup.body.qr_code_uri)
    const { data, width, height } = PNG.sync.read(Buffer.from(String(setup.body.qr_code_base64), 'base64'))
    expect(jsQR.default(new Uint8ClampedArray(data), width, height)?.data).toBe(uri)
    expect(decodeURIComponent(uri)).toContain(`otpauth://totp/Acme Inc:${person.email}?`)
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(setup.headers['cache-control']).toBe('no-store')
  })

  test('again: the secret before is gone, and nothing is on yet', async () => {
    const { client, code } = await withSetup(app)
    const again = await client.post(url)
    expect(again.status).toBe(200)
    expect((await client.post('/v0/auth/totp/enable', { code: await code() })).code).toBe('totp:invalid_code')
    expect((await client.get('/v0/user/me')).body.totp_enabled).toBe(false)
  })

  test('the table holds no plain secret [MF2]', async () => {
    const { secret } = await withSetup(app)
    const rows = await app.sql<{ box: string }>("select encode(sealed_secret, 'escape') as box from totp_secrets")
    for (const { box } of rows) expect(box).not.toContain(secret)
  })

  test('totp:already_enabled', async () => {
    const { client } = await withTotp(app)
    const answer = await client.post(url)
    expect([answer.status, answer.code]).toEqual([409, 'totp:already_enabled'])
  })

  test('totp:secret_generation_failed without an encryption key, until it is back', async () => {
    const { client } = await withSetup(app)
    const key = join(app.config.keysDir, 'encryption-1.key')
    renameSync(key, `${key}.away`)
    const codeOfSetup = async () => (await client.post(url)).code
    await expect.poll(codeOfSetup, { timeout: 5000 }).toBe('totp:secret_generation_failed')
    expect((await client.post(url)).status).toBe(500)
    renameSync(`${key}.away`, key)
    await expect.poll(codeOfSetup, { timeout: 5000 }).toBeUndefined()
  })

  test('totp:qr_generation_failed for a very long internationalised address; nothing is stored', async () => {
    const { person, client } = await signedUp(app, { email: `${'漢'.repeat(200)}@example.com` })
    const answer = await client.post(url)
    expect([answer.status, answer.code]).toEqual([500, 'totp:qr_generation_failed'])
    const stored = 'select id from totp_secrets where user_id = (select id from users where email = $1)'
    expect(await app.sql(stored, [person.email])).toEqual([])
  })

  test('an address in between still fits', async () => {
    const { client } = await signedUp(app, { email: `${'漢'.repeat(40)}@example.com` })
    expect((await client.post(url)).status).toBe(200)
  })
})
