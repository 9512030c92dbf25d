import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { appWith } from '../support/mail-way.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import {
  ageSessions,
  eventsOf,
  onDeviceOf,
  prolongBlocks,
  spendBackupCodes,
  tempToken,
  verify,
  withTotp,
} from './support.ts'

const url = '/v0/auth/totp/disable'
const app = useApp()

describe(`POST ${url}`, () => {
  test('with a code: the password alone signs in; a notice and an event [MF6]', async () => {
    const { person, client, code } = await withTotp(app)
    await ageSessions(app, person)
    expect((await client.post(url, { code: await code() })).status).toBe(204)
    expect((await onDeviceOf(app, client).post('/v0/auth/login', person)).status).toBe(204)
    expect((await client.get('/v0/user/me')).body.totp_enabled).toBe(false)
    expect((await client.get('/v0/auth/totp/status')).body).toEqual({ enabled: false })
    expect((await mailsTo(app, person.email, 4))[0]?.subject).toBe('Two-step sign-in is off')
    expect((await eventsOf(app, person)).filter((type) => type === 'totp_disabled')).toHaveLength(1)
    for (const table of ['totp_secrets', 'backup_codes']) {
      const left = `select id from ${table} where user_id = (select id from users where email = $1)`
      expect(await app.sql(left, [person.email])).toEqual([])
    }
  })

  test('with a backup code, in any case and with a hyphen; its use is told as well', async () => {
    const { person, client, backupCodes } = await withTotp(app)
    const [one = ''] = backupCodes
    expect((await client.post(url, { code: `${one.slice(0, 4)}-${one.slice(4).toLowerCase()}` })).status).toBe(204)
    expect((await eventsOf(app, person)).slice(0, 2)).toEqual(['totp_disabled', 'backup_code_used'])
    const mails = await mailsTo(app, person.email, 5)
    expect(mails.find(({ subject }) => subject === 'A backup code was used')?.text).toContain('left: 9')
  })

  test('logins that wait for a code are void', async () => {
    const { person, client, code } = await withTotp(app)
    const waiting = await tempToken(onDeviceOf(app, client), person)
    expect((await client.post(url, { code: await code(1) })).status).toBe(204)
    expect((await verify(onDeviceOf(app, client), waiting, '000000')).code).toBe('totp:temp_token_invalid')
  })

  test('totp:invalid_code', async () => {
    const { client } = await withTotp(app)
    for (const code of ['000000', 'AAAAAAAA', 'x'])
      expect((await client.post(url, { code })).code).toBe('totp:invalid_code')
    expect((await client.get('/v0/auth/totp/status')).body.enabled).toBe(true)
  })

  test('totp:backup_code_exhausted', async () => {
    const { person, client, backupCodes } = await withTotp(app)
    await spendBackupCodes(app, person)
    const answer = await client.post(url, { code: backupCodes[0] })
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
    const strict = await appWith({ RATE_LIMITS: 'on' })
    const { client, backupCodes } = await withTotp(strict)
    for (let time = 0; time < 5; time++)
      expect((await client.post(url, { code: '000000' })).code).toBe('totp:invalid_code')
    await prolongBlocks(strict)
    expect((await client.post(url, { code: backupCodes[0] })).code).toBe('rate_limit:exceeded')
  })
})
