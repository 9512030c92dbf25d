import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { eventsOf, onDeviceOf, prolongBlocks, tempToken, verify, withTotp } from './support.ts'

const url = '/v0/auth/totp/disable'
let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

describe(`POST ${url}`, () => {
  test('with a code: the password alone signs in; a notice and an event [MF6]', async () => {
    const { person, client, code } = await withTotp(app)
    const waiting = await tempToken(onDeviceOf(app, client), person)
    expect((await client.post(url, { code: await code() })).status).toBe(204)
    expect((await onDeviceOf(app, client).post('/v0/auth/login', person)).status).toBe(204)
    expect((await verify(app.client(), waiting, await code(1))).code).toBe('totp:temp_token_invalid')
    expect((await client.get('/v0/auth/totp/status')).body).toEqual({ enabled: false })
    expect((await mailsTo(app, person.email, 4))[0]?.subject).toBe('Two-step sign-in is off')
    expect(await eventsOf(app, person)).toContain('totp_disabled')
    const left = 'select id from totp_secrets where user_id = (select id from users where email = $1)'
    expect(await app.sql(left, [person.email])).toEqual([])
  })

  test('with a backup code, in any case and with a hyphen', async () => {
    const { person, client, backupCodes } = await withTotp(app)
    const [one = ''] = backupCodes
    expect((await client.post(url, { code: `${one.slice(0, 4)}-${one.slice(4).toLowerCase()}` })).status).toBe(204)
    expect((await eventsOf(app, person)).slice(0, 2)).toEqual(['totp_disabled', 'backup_code_used'])
  })

  test('totp:invalid_code', async () => {
    const { client } = await withTotp(app)
    for (const code of ['000000', 'AAAAAAAA', 'x'])
      expect((await client.post(url, { code })).code).toBe('totp:invalid_code')
    expect((await client.get('/v0/auth/totp/status')).body.enabled).toBe(true)
  })

  test('totp:backup_code_exhausted', async () => {
    const { person, client } = await withTotp(app)
    await app.sql('update backup_codes set used_at = now() where user_id = (select id from users where email = $1)', [
      person.email,
    ])
    const answer = await client.post(url, { code: 'AAAAAAAA' })
    expect([answer.status, answer.code]).toEqual([401, 'totp:backup_code_exhausted'])
  })

  test('totp:not_enabled, whatever was sent', async () => {
    const { client } = await signedUp(app)
    for (const body of [{}, { code: '123456' }]) expect((await client.post(url, body)).code).toBe('totp:not_enabled')
  })

  test('general:bad_request', async () => {
    const { client } = await withTotp(app)
    expect((await client.post(url, {})).code).toBe('general:bad_request')
  })

  test('rate_limit:exceeded after five wrong codes', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    const { client, backupCodes } = await withTotp(strict)
    for (let time = 0; time < 5; time++) await client.post(url, { code: '000000' })
    await prolongBlocks(strict)
    expect((await client.post(url, { code: backupCodes[0] })).code).toBe('rate_limit:exceeded')
    await strict.close()
  })
})
