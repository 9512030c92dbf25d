import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, createLocalJWKSet, type JSONWebKeySet, type JWK, jwtVerify } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { rotateSigningKeys } from '../../src/access-tokens/rotate-keys.ts'
import { startApp, useApp } from '../support/app.ts'
import { holder, partsOf, withToken } from './support.ts'

const url = '/.well-known/jwks.json'
const app = useApp()

/** The published keys; nothing private among them. */
async function keys(): Promise<JWK[]> {
  const found = (await app.client().get(url)).body.keys as JWK[]
  for (const key of found) {
    expect(key).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: expect.stringMatching(/^[\w-]{43}$/),
      kid: await calculateJwkThumbprint(key),
      use: 'sig',
      alg: 'EdDSA',
    })
  }
  return found
}
const kids = async () => (await keys()).map(({ kid }) => kid)
const kidOf = (token: unknown) => partsOf(String(token)).header.kid
const file = (id: number) => join(app.config.keysDir, `signing-${id}.key`)

function makeOlder(id: number, seconds: number): void {
  const key = { ...JSON.parse(readFileSync(file(id), 'utf8')), created_at: new Date(Date.now() - seconds * 1000) }
  writeFileSync(file(id), JSON.stringify(key))
}

describe(`GET ${url}`, () => {
  test('the current and the next key, to be remembered for five minutes; nobody is asked who he is', async () => {
    const headers = { authorization: 'Bearer junk', cookie: '__Host-session_id=junk' }
    const answer = await app.client().get(url, { headers })
    expect([answer.status, answer.setCookies]).toEqual([200, []])
    expect(Object.keys(answer.body)).toEqual(['keys'])
    expect(answer.headers['cache-control']).toBe('public, max-age=300')
    const [current, next] = await kids()
    expect(await kids()).toEqual([current, next])
    expect(kidOf((await holder(app)).accessToken)).toBe(current)
  })

  test('has no rate limit', async () => {
    const strict = await startApp({ RATE_LIMITS: '0.001' })
    for (let time = 0; time < 20; time++) {
      const { status, headers } = await strict.client().get(url)
      expect(status).toBe(200)
      for (const name of ['ratelimit', 'ratelimit-policy']) expect(headers).not.toHaveProperty(name)
    }
    await strict.close()
  })

  test('after a rotation the next key signs, and the one before verifies until its last token has expired', async () => {
    const soon = { timeout: 5000, interval: 50 }
    const [current, next] = await kids()
    const { accessToken, client } = await holder(app)
    const rotate = () => rotateSigningKeys(app.config.keysDir, app.config.accessTokenTtlSeconds)

    expect(rotate().kid).toBe(next)
    const rotated = await vi.waitFor(async () => {
      const found = await kids()
      expect(found).toEqual([current, next, expect.any(String)])
      return found
    }, soon)
    expect(new Set(rotated).size).toBe(3)
    const newer = String((await client.post('/v0/auth/token')).body.access_token)
    expect(kidOf(newer)).toBe(next)
    for (const token of [accessToken, newer]) expect((await withToken(app, token)).status).toBe(200)
    const published = createLocalJWKSet({ keys: await keys() } as JSONWebKeySet)
    for (const token of [accessToken, newer]) await jwtVerify(token, published)

    // From its making on nothing was signed by the first.
    makeOlder(3, app.config.accessTokenTtlSeconds + 61)
    await vi.waitFor(async () => expect(await kids()).toEqual(rotated.slice(1)), soon)
    expect((await withToken(app, accessToken)).code).toBe('user:invalid_token')
    expect((await withToken(app, newer)).status).toBe(200)
    rotate()
    expect(readdirSync(app.config.keysDir).sort()).toEqual([
      'encryption-1.key',
      'signing-2.key',
      'signing-3.key',
      'signing-4.key',
    ])
  })
})
