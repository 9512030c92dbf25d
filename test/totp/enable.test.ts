import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { appWith } from '../support/mail-way.ts'
import { mailedToken, mailsTo, signedUp } from '../support/people.ts'
import { eventsOf, onDeviceOf, prolongBlocks, tempToken, verify, withSetup, withTotp } from './support.ts'

const url = '/v0/auth/totp/enable'
const app = useApp()

describe(`POST ${url}`, () => {
  test('ten backup codes, shown this once; a notice, an event, and the account says so', async () => {
    const { person, client, code } = await withSetup(app)
    const right = await code()
    const answer = await client.post(url, { code: `${right.slice(0, 3)} ${right.slice(3)}` })
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store'])
    const codes = answer.body.backup_codes as string[]
    expect(new Set(codes).size).toBe(10)
    for (const one of codes) expect(one).toMatch(/^[A-Z0-9]{8}$/)
    expect((await client.get('/v0/user/me')).body.totp_enabled).toBe(true)
    expect((await eventsOf(app, person)).filter((type) => type === 'totp_enabled')).toHaveLength(1)
    const [notice] = await mailsTo(app, person.email, 3)
    expect(notice?.subject).toBe('Two-step sign-in is on')
    for (const secret of [...codes, right]) expect(notice?.text).not.toContain(secret)
  })

  test('only keyed digests of the backup codes are stored [MF3]', async () => {
    const { backupCodes } = await withTotp(app)
    const rows = JSON.stringify(await app.sql("select encode(digest, 'hex') as digest from backup_codes"))
    for (const code of backupCodes) {
      expect(rows).not.toContain(Buffer.from(code).toString('hex'))
      expect(rows).not.toContain(createHash('sha256').update(code).digest('hex'))
    }
  })

  test('its code is spent for login, and regenerate and disable still take it once each [MF1]', async () => {
    const { person, client, code } = await withSetup(app)
    const used = await code()
    await client.post(url, { code: used })
    const token = await tempToken(onDeviceOf(app, client), person)
    expect((await verify(app.client(), token, used)).code).toBe('totp:invalid_code')
    expect((await client.post('/v0/auth/reauthenticate', { code: used })).code).toBe('totp:invalid_code')
    const regenerate = () => client.post('/v0/auth/totp/backup-codes/regenerate', { code: used })
    expect([(await regenerate()).status, (await regenerate()).code]).toEqual([200, 'totp:invalid_code'])
    expect((await client.post('/v0/auth/totp/disable', { code: used })).status).toBe(204)
  })

  test('a device link that waited is void: it would skip the code [MF4]', async () => {
    const { person, client, code } = await withSetup(app)
    await app.client().post('/v0/auth/login', person)
    const link = await mailedToken(app, person.email, 3)
    await client.post(url, { code: await code() })
    const skipped = await app.client().post('/v0/auth/device/verify', { token: link })
    expect(skipped.code).toBe('token:invalid_device_verify')
  })

  test('of 20 at once one makes the codes, which all work', async () => {
    const { client, code } = await withSetup(app)
    const right = [await code(0), await code(1)]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, racer) => client.post(url, { code: right[racer % 2] })),
    )
    const refusals = answers.flatMap(({ code: refusal }) => refusal ?? [])
    expect(refusals).toHaveLength(19)
    for (const refusal of refusals) expect(refusal).toMatch(/^totp:(?:already_enabled|invalid_code)$/)
    const made = answers.flatMap(({ body }) => (body.backup_codes as string[] | undefined) ?? [])
    expect(made).toHaveLength(10)
    for (const backupCode of made)
      expect((await client.post('/v0/auth/reauthenticate', { code: backupCode })).status).toBe(204)
    expect((await client.get('/v0/auth/totp/status')).body.backup_codes_remaining).toBe(0)
  })

  test('totp:not_enabled without setup, whatever was sent', async () => {
    const { client } = await signedUp(app)
    for (const body of [{ code: '123456' }, {}]) {
      const answer = await client.post(url, body)
      expect([answer.status, answer.code]).toEqual([400, 'totp:not_enabled'])
    }
  })

  test('totp:already_enabled, whatever was sent', async () => {
    const { client, code } = await withTotp(app)
    for (const body of [{ code: await code() }, {}]) {
      const answer = await client.post(url, body)
      expect([answer.status, answer.code]).toEqual([409, 'totp:already_enabled'])
    }
  })

  test('totp:invalid_code; a backup code is none here', async () => {
    const { client, code } = await withSetup(app)
    for (const wrong of ['000000', 'ABCD1234', await code(3), await code(-3), 'x'])
      expect((await client.post(url, { code: wrong })).code).toBe('totp:invalid_code')
    expect((await client.get('/v0/user/me')).body.totp_enabled).toBe(false)
    expect((await client.post(url, { code: await code(1) })).status).toBe(200)
  })

  test('general:bad_request', async () => {
    const { client } = await withSetup(app)
    for (const body of [{}, { code: '' }, { code: 1 }])
      expect((await client.post(url, body)).code).toBe('general:bad_request')
  })

  test('rate_limit:exceeded after five wrong codes', async () => {
    const strict = await appWith({ RATE_LIMITS: 'on' })
    const { client, code } = await withSetup(strict)
    for (let time = 0; time < 5; time++)
      expect((await client.post(url, { code: '000000' })).code).toBe('totp:invalid_code')
    await prolongBlocks(strict)
    expect((await client.post(url, { code: await code() })).code).toBe('rate_limit:exceeded')
  })
})
