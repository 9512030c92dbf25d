import { describe, expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import { appWith } from '../support/mail-way.ts'
import { mailsTo, signedUp } from '../support/people.ts'
import { ageSessions, eventsOf, prolongBlocks, withTotp } from './support.ts'

const url = '/v0/auth/totp/backup-codes/regenerate'
const app = useApp()

describe(`POST ${url}`, () => {
  test('ten new codes; the old ones are void; a notice and an event [MF3 MF6]', async () => {
    const { person, client, code, backupCodes } = await withTotp(app)
    await ageSessions(app, person)
    const answer = await client.post(url, { code: await code() })
    const codes = answer.body.backup_codes as string[]
    expect(new Set(codes).size).toBe(10)
    const tryOut = (backupCode: string) => client.post('/v0/auth/reauthenticate', { code: backupCode })
    for (const old of backupCodes) expect((await tryOut(old)).code).toBe('totp:invalid_code')
    for (const fresh of codes) expect((await tryOut(fresh)).status).toBe(204)
    expect((await eventsOf(app, person)).filter((type) => type === 'backup_codes_regenerated')).toHaveLength(1)
    const [notice] = (await mailsTo(app, person.email, 14)).filter(({ subject }) => subject.startsWith('You have new'))
    expect(notice?.subject).toBe('You have new backup codes')
    for (const fresh of codes) expect(notice?.text).not.toContain(fresh)
  })

  test('of 20 at once with one code one makes new codes [MF1]', async () => {
    const { client, code } = await withTotp(app)
    const right = await code()
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.post(url, { code: right })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ code: refusal }) => refusal === 'totp:invalid_code')).toHaveLength(19)
  })

  test('totp:invalid_code, also for a backup code; the old ones go on', async () => {
    const { client, backupCodes } = await withTotp(app)
    for (const code of ['000000', backupCodes[0], 'x'])
      expect((await client.post(url, { code })).code).toBe('totp:invalid_code')
    expect((await client.get('/v0/auth/totp/status')).body.backup_codes_remaining).toBe(10)
  })

  test('totp:not_enabled, whatever was sent', async () => {
    const { client } = await signedUp(app)
    for (const body of [{}, { code: '123456' }]) expect((await client.post(url, body)).code).toBe('totp:not_enabled')
  })

  test('general:bad_request', async () => {
    const { client } = await withTotp(app)
    expect((await client.post(url, {})).code).toBe('general:bad_request')
  })

  test('system:transaction_error while another connection holds the account; nothing is half done', async () => {
    const hasty = await appWith({ DATABASE_TIMEOUT_MS: '1000' })
    const { person, client, code, backupCodes } = await withTotp(hasty)
    const right = await code()
    const holding = await hasty.deps.pool.connect()
    await holding.query('begin')
    await holding.query('select id from users where email = $1 for update', [person.email])
    const answer = await client.post(url, { code: right })
    expect([answer.status, answer.code]).toEqual([500, 'system:transaction_error'])
    await holding.query('rollback')
    holding.release()
    expect((await client.post('/v0/auth/reauthenticate', { code: backupCodes[0] })).status).toBe(204)
    expect((await client.post(url, { code: right })).status).toBe(200)
  })

  test('rate_limit:exceeded after five wrong codes', async () => {
    const strict = await appWith({ RATE_LIMITS: 'on' })
    const { client, code } = await withTotp(strict)
    for (let time = 0; time < 5; time++)
      expect((await client.post(url, { code: '000000' })).code).toBe('totp:invalid_code')
    await prolongBlocks(strict)
    expect((await client.post(url, { code: await code() })).code).toBe('rate_limit:exceeded')
  })
})
