import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rotateSigningKeys } from '../../src/access-tokens/rotate-keys.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { holder, withToken } from './support.ts'

const url = '/.well-known/jwks.json'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const kids = async () => ((await app.client().get(url)).body.keys as { kid: string }[]).map(({ kid }) => kid)
const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
const rotate = () => rotateSigningKeys(app.config.keysDir, app.config.accessTokenTtlSeconds)

describe(`GET ${url}`, () => {
  test('the current and the next key, public halves only, to be remembered for five minutes', async () => {
    const answer = await app.client().get(url)
    const key = {
      kty: 'OKP',
      crv: 'Ed25519',
      x: expect.stringMatching(/^[\w-]{43}$/),
      kid: expect.any(String),
      use: 'sig',
      alg: 'EdDSA',
    }
    expect(answer.body).toEqual({ keys: [key, key] })
    expect(answer.headers['cache-control']).toBe('public, max-age=300')
    expect(answer.headers).not.toHaveProperty('ratelimit')
  })

  test('after a rotation the next key signs, and the one before verifies until its last token has expired', async () => {
    const [current, next] = await kids()
    const { accessToken, client } = await holder(app)
    expect(kidOf(accessToken)).toBe(current)
    expect(rotate().kid).toBe(next)
    await expect.poll(kids, { timeout: 5000 }).toEqual([current, next, expect.any(String)])
    expect(kidOf(String((await client.post('/v0/auth/token')).body.access_token))).toBe(next)
    expect((await withToken(app, accessToken)).status).toBe(200)

    const file = join(app.config.keysDir, 'signing-3.key')
    const made = Date.now() - (app.config.accessTokenTtlSeconds + 61) * 1000
    const key = { ...JSON.parse(readFileSync(file, 'utf8')), created_at: new Date(made).toISOString() }
    writeFileSync(file, JSON.stringify(key))
    await expect.poll(kids, { timeout: 5000 }).toEqual([next, expect.any(String)])
    expect((await withToken(app, accessToken)).code).toBe('user:invalid_token')
    // What is over goes with the next rotation.
    rotate()
    expect(() => readFileSync(join(app.config.keysDir, 'signing-1.key'))).toThrow('ENOENT')
  })
})
