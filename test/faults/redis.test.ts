import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { refresh } from '../access-tokens/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { mailedToken, signedUp, signUp } from '../support/people.ts'
import { type OwnRedis, startOwnRedis } from '../support/redis.ts'
import { tempToken, verify, withTotp } from '../totp/support.ts'

let redis: OwnRedis
let app: TestApp
beforeAll(async () => {
  redis = await startOwnRedis()
  app = await startApp({ REDIS_URL: redis.url })
})
afterAll(async () => {
  await app.close()
  await redis.stop()
})

test('Redis gone, and back without anything that it knew: all goes on, and nothing that ended or was used works again [FT4]', {
  timeout: 40_000,
}, async () => {
  const [ended, living] = [await signedUp(app), await signedUp(app)]
  const token = ended.client.cookies.get('__Host-session_id') ?? ''
  expect((await ended.client.post('/v0/auth/logout')).status).toBe(204)

  const { person, client, code } = await withTotp(app)
  const used = await code()
  expect((await verify(client, await tempToken(client, person), used)).status).toBe(204)

  const { person: other } = await signedUp(app)
  await signUp(app, { ...other, email: `new-${other.email}`, handle: `n${Date.now() % 10_000_000}` })
  const link = await mailedToken(app, `new-${other.email}`)
  expect((await app.client().post('/v0/auth/verify-email', { token: link })).status).toBe(204)

  const grant = await living.client.post('/v0/auth/token')
  const rotated = grant.body.refresh_token ?? living.client.cookies.get('__Host-refresh_token')
  const child = await refresh(app, rotated)
  expect((await refresh(app, child.body.refresh_token)).status).toBe(200)

  const expectRight = async () => {
    const headers = { authorization: `Bearer ${token}` }
    expect((await app.client().get('/v0/user/me', { headers })).code).toBe('user:invalid_session')
    expect((await living.client.get('/v0/user/me')).status).toBe(200)
    expect((await verify(client, await tempToken(client, person), used)).code).toBe('totp:invalid_code')
    expect((await app.client().post('/v0/auth/verify-email', { token: link })).code).toBe('email:already_verified')
    const again = await signedUp(app)
    expect((await again.client.get('/v0/user/me')).status).toBe(200)
  }
  await redis.kill()
  await expectRight()
  await redis.start()
  await vi.waitFor(async () => expect((await app.client().get('/health/ready')).body.status).toBe('up'), {
    timeout: 10_000,
  })
  await expectRight()
  // Its child was used meanwhile: in two hands, and its family ends.
  expect((await refresh(app, rotated)).code).toBe('user:invalid_token')
})
