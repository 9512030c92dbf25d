import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import jsQR from 'jsqr'
import { Secret } from 'otpauth'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'
import { withSetup, withTotp } from './support.ts'

const url = '/v0/auth/totp/setup'
const app = useApp({ TOTP_ISSUER: 'Acme Inc' })

function decodeQr(base64: unknown): string | undefined {
  const { data, width, height } = PNG.sync.read(Buffer.from(String(base64), 'base64'))
  return jsQR.default(new Uint8ClampedArray(data), width, height)?.data
}

describe(`POST ${url}`, () => {
  test('the picture, decoded, is the URI, with the issuer in label and parameter', async () => {
    const { person, setup, secret } = await withSetup(app)
    expect(Object.keys(setup.body).sort()).toEqual(['qr_code_base64', 'qr_code_uri', 'secret'])
    const text = String(setup.body.qr_code_uri)
    expect(decodeQr(setup.body.qr_code_base64)).toBe(text)
    const uri = new URL(text)
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp'])
    expect(decodeURIComponent(uri.pathname)).toBe(`/Acme Inc:${person.email}`)
    expect(Object.fromEntries(uri.searchParams)).toMatchObject({ issuer: 'Acme Inc', secret })
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(setup.headers['cache-control']).toBe('no-store')
  })

  test('again: the secret before is gone, and nothing is on yet', async () => {
    const { client, code, secret } = await withSetup(app)
    const again = await client.post(url)
    expect(again.status).toBe(200)
    expect(again.body.secret).not.toBe(secret)
    expect((await client.post('/v0/auth/totp/enable', { code: await code() })).code).toBe('totp:invalid_code')
    expect((await client.get('/v0/user/me')).body.totp_enabled).toBe(false)
  })

  test('the table holds no plain secret [MF2]', async () => {
    const { secret } = await withSetup(app)
    const rows = await app.sql<{ box: Buffer }>('select sealed_secret as box from totp_secrets')
    expect(rows.length).toBeGreaterThan(0)
    for (const { box } of rows) {
      expect(box.includes(secret)).toBe(false)
      expect(box.includes(Secret.fromBase32(secret).bytes)).toBe(false)
    }
  })

  test('totp:already_enabled', async () => {
    const { client, code } = await withTotp(app)
    const answer = await client.post(url)
    expect([answer.status, answer.code]).toEqual([409, 'totp:already_enabled'])
    // The secret that is on was not touched.
    expect((await client.post('/v0/auth/reauthenticate', { code: await code() })).status).toBe(204)
  })

  test('totp:secret_generation_failed without an encryption key, until it is back', async () => {
    const { client } = await withSetup(app)
    const { keysDir } = app.config
    const away = join(keysDir, 'away')
    mkdirSync(away)
    const keys = readdirSync(keysDir).filter((name) => name.startsWith('encryption-'))
    for (const key of keys) renameSync(join(keysDir, key), join(away, key))
    const outcome = async () => {
      const { status, code } = await client.post(url)
      return [status, code]
    }
    await expect.poll(outcome, { timeout: 5000 }).toEqual([500, 'totp:secret_generation_failed'])
    for (const key of keys) renameSync(join(away, key), join(keysDir, key))
    await expect.poll(outcome, { timeout: 5000 }).toEqual([200, undefined])
  })

  // The first needs a QR code beyond version 20, the second one beyond all versions.
  test.each(['漢', '𠮷'])(
    'totp:qr_generation_failed for an address of 254 characters, most of them %s; nothing is stored',
    async (letter) => {
      const { person, client } = await signedUp(app, { email: `${letter.repeat(242)}@example.com` })
      const answer = await client.post(url)
      expect([answer.status, answer.code]).toEqual([500, 'totp:qr_generation_failed'])
      const stored = 'select id from totp_secrets where user_id = (select id from users where email = $1)'
      expect(await app.sql(stored, [person.email])).toEqual([])
    },
  )

  test('a long address that fits can be read from the picture', async () => {
    const { client } = await signedUp(app, { email: `${'漢'.repeat(40)}@example.com` })
    const { body } = await client.post(url)
    expect(decodeQr(body.qr_code_base64)).toBe(body.qr_code_uri)
  })
})
