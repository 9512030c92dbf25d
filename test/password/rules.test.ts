import { describe, expect, test } from 'vitest'
import { startApp, useApp } from '../support/app.ts'

const url = '/v0/auth/password-rules'
const app = useApp()

describe(`GET ${url}`, () => {
  test('says what a new password must be; caches may keep it for a while', async () => {
    const { status, body, headers } = await app.client().get(url)
    expect([status, body]).toEqual([200, { min_length: 12, max_length: 128, breached_check: false }])
    expect(headers['cache-control']).toBe('public, max-age=300')
  })

  test('as it is set', async () => {
    const other = await startApp({ PASSWORD_MIN_LENGTH: '15', BREACHED_PASSWORDS_URL: 'file:/srv/pwned.bin' })
    expect((await other.client().get(url)).body).toEqual({ min_length: 15, max_length: 128, breached_check: true })
    await other.close()
  })
})
