import { expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'
import { withSetup, withTotp } from './support.ts'

const url = '/v0/auth/totp/status'
const app = useApp()

test(`GET ${url}: on since when, with the codes that are left`, async () => {
  const { client, backupCodes } = await withTotp(app)
  await client.post('/v0/auth/reauthenticate', { code: backupCodes[0] })
  const { enabled_at: since, ...rest } = (await client.get(url)).body
  expect(rest).toEqual({ enabled: true, backup_codes_remaining: 9 })
  expect(since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(Math.abs(Date.parse(String(since)) - Date.now())).toBeLessThan(60_000)
})

test.each([['nothing was set up', signedUp] as const, ['a secret waits for its first code', withSetup] as const])(
  'off: %s',
  async (_why, person) => {
    const { client } = await person(app)
    expect((await client.get(url)).body).toEqual({ enabled: false })
  },
)
