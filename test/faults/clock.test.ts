import { join } from 'node:path'
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { partsOf } from '../access-tokens/support.ts'
import { useApp } from '../support/app.ts'
import { TestClient } from '../support/client.ts'
import { mailedToken, signedUp, signUp } from '../support/people.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'
import { tempToken, verify, withTotp } from '../totp/support.ts'

const app = useApp()

/** A replica on the same database and keys whose own clock is wrong, while the database's is right. */
describe.each([90, -90])('a replica whose clock is %i s off', { timeout: 40_000 }, (seconds) => {
  let replica: ServerProcess
  let pool: Pool
  beforeAll(async () => {
    const { databaseUrl = '', keysDir, dataDir } = app.config
    replica = await startServerProcess({
      DATABASE_URL: databaseUrl,
      KEYS_DIR: keysDir,
      DATA_DIR: dataDir,
      PUBLIC_URL: app.config.publicUrl,
      SMTP_URL: app.deps.inbox?.smtpUrl ?? '',
      MAIL_FROM: app.config.mailFrom,
      RATE_LIMITS: '1000',
      NODE_OPTIONS: `--import=${join(import.meta.dirname, '../support/shifted-clock.ts')}`,
      CLOCK_SHIFT_SECONDS: String(seconds),
    })
    pool = new Pool(replica.origin)
  })
  afterAll(async () => {
    await pool.close()
    await replica.stop()
  })

  /** What it says of its own clock. */
  const expectOff = async (client: TestClient, bySeconds: number) => {
    const { body } = await at(client).get('/v0/user/me/export')
    const offSeconds = (Date.parse(String(body.exported_at)) - Date.now()) / 1000
    expect(Math.abs(offSeconds - bySeconds)).toBeLessThan(30)
  }
  /** The same browser, at the replica. */
  const at = (client: TestClient): TestClient => {
    const other = new TestClient(pool)
    for (const [name, value] of client.cookies) other.cookies.set(name, value)
    return other
  }

  test('takes the codes of the right time and no others, and none that was used elsewhere [FT12]', async () => {
    const { person, client, code } = await withTotp(app)
    await expectOff(client, seconds)
    const there = at(client)
    const wrong = await code(seconds / 30)
    expect((await verify(there, await tempToken(there, person), wrong)).code).toBe('totp:invalid_code')
    const right = await code()
    expect((await verify(client, await tempToken(client, person), right)).status).toBe(204)
    expect((await verify(there, await tempToken(there, person), right)).code).toBe('totp:invalid_code')
    expect((await verify(there, await tempToken(there, person), await code(1))).status).toBe(204)
  })

  test('gives access tokens of the right time, which are good everywhere until their end [FT12]', async () => {
    const { client } = await signedUp(app)
    const there = at(client)
    const { body } = await there.post('/v0/auth/token')
    const token = String(body.access_token)
    const { iat, exp } = partsOf(token).claims as { iat: number; exp: number }
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30)
    expect(exp - iat).toBe(300)
    const headers = { authorization: `Bearer ${token}` }
    for (const one of [app.client(), new TestClient(pool)])
      expect((await one.get('/v0/user/me', { headers })).status).toBe(200)
  })

  test('stepped over to the other side: what ended stays ended, what was used stays used, what lives lives on [FT12]', async () => {
    const [ended, living] = [await signedUp(app), await signedUp(app)]
    const person = await signUp(app)
    const link = await mailedToken(app, person.email)
    expect((await app.client().post('/v0/auth/verify-email', { token: link })).status).toBe(204)
    const [endedThere, livingThere] = [at(ended.client), at(living.client)]
    for (const one of [endedThere, livingThere]) expect((await one.get('/v0/user/me')).status).toBe(200)
    const endedToken = endedThere.cookies.get('__Host-session_id') ?? ''
    expect((await ended.client.post('/v0/auth/logout')).status).toBe(204)

    const expectRight = async () => {
      const headers = { authorization: `Bearer ${endedToken}` }
      expect((await new TestClient(pool).get('/v0/user/me', { headers })).code).toBe('user:invalid_session')
      expect((await livingThere.get('/v0/user/me')).status).toBe(200)
      expect((await new TestClient(pool).post('/v0/auth/verify-email', { token: link })).code).toBe(
        'email:already_verified',
      )
    }
    await expectRight()
    replica.kill('SIGWINCH')
    await vi.waitFor(() => expectOff(living.client, -seconds), { timeout: 5000 })
    await expectRight()
  })
})
