import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { brokenWorkers } from '../support/mail-way.ts'
import { mailedToken, mailsTo } from '../support/people.ts'
import { eventsOf, onDeviceOf, prolongBlocks, type TotpPerson, tempToken, verify, withTotp } from './support.ts'

let app: TestApp
let strict: TestApp
beforeAll(async () => {
  app = await startApp()
  strict = await startApp({ RATE_LIMITS: 'on' })
})
afterAll(async () => {
  await app.close()
  await strict.close()
})

describe.each(['', '/app'])('POST /v0%s/auth/totp/verify', (form) => {
  const post = (client: TestClient, token: unknown, code: unknown) =>
    client.post(`/v0${form}/auth/totp/verify`, { temp_token: token, code })
  /** As the person's known device, on either form. */
  const device = ({ client }: TotpPerson) => {
    const other = onDeviceOf(app, client)
    other.headers['x-device-token'] = client.cookies.get('__Host-device_id') ?? ''
    return other
  }
  const begin = async (one: TotpPerson) => {
    const client = device(one)
    const answer = await client.post(`/v0${form}/auth/login`, one.person)
    expect([answer.status, Object.keys(answer.body), answer.setCookies]).toEqual([202, ['temp_token'], []])
    return { client, token: String(answer.body.temp_token) }
  }
  const success = form === '' ? 204 : 200

  test('on a known device: a session', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    const answer = await post(client, token, await one.code())
    expect(answer.status).toBe(success)
    const session = form === '' ? {} : { headers: { authorization: `Bearer ${answer.body.token}` } }
    expect((await client.get('/v0/user/me', session)).body.email).toBe(one.person.email)
    expect((await eventsOf(app, one.person))[0]).toBe('login_succeeded')
    expect((await post(client, token, await one.code(1))).code).toBe('totp:temp_token_invalid')
  })

  test('on a new device: a link, which then opens a session', async () => {
    const one = await withTotp(app)
    const stranger = app.client()
    const answer = await post(stranger, await tempToken(stranger, one.person), await one.code())
    expect([answer.status, answer.body]).toEqual([202, { status: 'device_verification_required' }])
    const link = await mailedToken(app, one.person.email, 4)
    expect((await stranger.post('/v0/auth/device/verify', { token: link })).status).toBe(204)
  })

  test('totp:invalid_code for a wrong, a replayed and an older code', async () => {
    const one = await withTotp(app)
    const used = await one.code()
    const first = await begin(one)
    expect((await post(first.client, first.token, '000000')).code).toBe('totp:invalid_code')
    expect((await post(first.client, first.token, used)).status).toBe(success)
    const second = await begin(one)
    for (const code of [used, await one.code(-1)])
      expect((await post(second.client, second.token, code)).code).toBe('totp:invalid_code')
    expect((await post(second.client, second.token, await one.code(1))).status).toBe(success)
  })

  test('totp:temp_token_invalid: malformed, unknown, of another kind, used up', async () => {
    const one = await withTotp(app)
    for (const token of ['junk', makeToken('temporaryLogin').text, makeToken('mailed').text])
      expect((await post(app.client(), token, '000000')).code).toBe('totp:temp_token_invalid')
    const { client, token } = await begin(one)
    for (let time = 0; time < 5; time++) expect((await post(client, token, '000000')).code).toBe('totp:invalid_code')
    await app.sql("update pending_logins set expires_at = now() - interval '1 second'")
    expect((await post(client, token, await one.code())).code).toBe('totp:temp_token_invalid')
  })

  test('totp:temp_token_expired', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    await app.sql('update pending_logins set expires_at = now() where expires_at > now()')
    expect((await post(client, token, await one.code())).code).toBe('totp:temp_token_expired')
  })

  test('totp:backup_code_exhausted', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    await app.sql('update backup_codes set used_at = now()')
    const answer = await post(client, token, one.backupCodes[0])
    expect([answer.status, answer.code]).toEqual([401, 'totp:backup_code_exhausted'])
  })

  test('general:bad_request', async () => {
    for (const [token, code] of [
      [undefined, '000000'],
      ['x', ''],
      [1, '000000'],
    ])
      expect((await post(app.client(), token, code)).code).toBe('general:bad_request')
  })

  test('rate_limit:exceeded after five wrong codes over several logins; a right password does not end the count [TH1]', async () => {
    const one = await withTotp(strict)
    const stranger = strict.client()
    const login = () => stranger.post(`/v0${form}/auth/login`, one.person)
    const [first, second] = [(await login()).body.temp_token, (await login()).body.temp_token]
    for (const token of [first, first, first, second, second])
      expect((await post(stranger, token, '000000')).code).toBe('totp:invalid_code')
    await prolongBlocks(strict)
    const third = (await login()).body.temp_token
    const refused = await post(stranger, third, await one.code())
    expect([refused.status, refused.code]).toEqual([429, 'rate_limit:exceeded'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3000)
    const known = onDeviceOf(strict, one.client)
    known.headers['x-device-token'] = one.client.cookies.get('__Host-device_id') ?? ''
    const token = (await known.post(`/v0${form}/auth/login`, one.person)).body.temp_token
    expect((await post(known, token, await one.code())).status).toBe(success)
  })

  test('system:internal_error for a secret moved from another account; nothing is accepted [MF2]', async () => {
    const [one, other] = [await withTotp(app), await withTotp(app)]
    await app.sql(
      `update totp_secrets set sealed_secret = (select sealed_secret from totp_secrets where user_id = (select id from users where email = $2))
       where user_id = (select id from users where email = $1)`,
      [one.person.email, other.person.email],
    )
    const { client, token } = await begin(one)
    const answer = await post(client, token, await other.code())
    expect([answer.status, answer.code]).toEqual([400, 'system:internal_error'])
  })

  test('worker faults of the device link', async () => {
    const people = [await withTotp(app), await withTotp(app), await withTotp(app)]
    for (const [broken, code] of await brokenWorkers(app)) {
      const one = people.pop() as TotpPerson
      const stranger = broken.client()
      expect((await post(stranger, await tempToken(stranger, one.person), await one.code())).code).toBe(code)
    }
  })
})

test('a code is accepted once in 1,000 tries over many logins [MF1]', async () => {
  const one = await withTotp(app)
  const device = onDeviceOf(app, one.client)
  const tokens = []
  for (let login = 0; login < 250; login++) tokens.push(await tempToken(device, one.person))
  const code = await one.code()
  const started = performance.now()
  const answers = []
  for (let wave = 0; wave < 4; wave++)
    answers.push(...(await Promise.all(tokens.map((token) => verify(onDeviceOf(app, one.client), token, code)))))
  process.stdout.write(`1,000 tries at one code: ${Math.round(performance.now() - started)} ms\n`)
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  expect(new Set(answers.map(({ code: refusal }) => refusal))).toEqual(
    new Set([undefined, 'totp:invalid_code', 'totp:temp_token_invalid']),
  )
}, 60_000)

test('a backup code is spent once in 100 tries over several logins; the owner is told how many are left [MF3]', async () => {
  const one = await withTotp(app)
  const device = onDeviceOf(app, one.client)
  const tokens = []
  for (let login = 0; login < 25; login++) tokens.push(await tempToken(device, one.person))
  const racers = [...tokens, ...tokens, ...tokens, ...tokens]
  const answers = await Promise.all(
    racers.map((token) => verify(onDeviceOf(app, one.client), token, one.backupCodes[3])),
  )
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  expect((await one.client.get('/v0/auth/totp/status')).body.backup_codes_remaining).toBe(9)
  const [notice] = await mailsTo(app, one.person.email, 4)
  expect([notice?.subject, notice?.text]).toEqual(['A backup code was used', expect.stringContaining('left: 9')])
})

test('of 20 parallel wrong codes for one temp_token five are looked at', async () => {
  const one = await withTotp(app)
  const token = await tempToken(onDeviceOf(app, one.client), one.person)
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => verify(onDeviceOf(app, one.client), token, '000000')),
  )
  expect(answers.filter(({ code }) => code === 'totp:invalid_code')).toHaveLength(5)
  expect(answers.filter(({ code }) => code === 'totp:temp_token_invalid')).toHaveLength(15)
})

test('remember_me is kept through both steps', async () => {
  const one = await withTotp(app)
  const device = onDeviceOf(app, one.client)
  const token = await tempToken(device, one.person, { remember_me: true })
  const { setCookies } = await verify(device, token, await one.code())
  expect(setCookies[0]).toContain('Max-Age=2592000')
})

describe('a login that waits for its code ends with', () => {
  const fresh = 'a wholly new passphrase'
  const changes: Record<string, (one: TotpPerson) => Promise<unknown>> = {
    'a new password': ({ client, person }) =>
      client.post('/v0/auth/change-password', { current_password: person.password, new_password: fresh }),
    'a reset': async ({ person }) => {
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      const token = await mailedToken(app, person.email, 4)
      return app.client().post('/v0/auth/reset-password', { token, new_password: fresh })
    },
    'TOTP switched off': async ({ client, backupCodes }) =>
      client.post('/v0/auth/totp/disable', { code: backupCodes[0] }),
  }
  test.each(Object.entries(changes))('%s', async (_name, change) => {
    const one = await withTotp(app)
    const device = onDeviceOf(app, one.client)
    const token = await tempToken(device, one.person)
    await change(one)
    expect((await verify(device, token, await one.code())).code).toBe('totp:temp_token_invalid')
  })
})

test('a reset leaves TOTP on, and the link of a new device still asks for a code first [MF4 MF5]', async () => {
  const one = await withTotp(app)
  await app.client().post('/v0/auth/forgot-password', { email: one.person.email })
  const token = await mailedToken(app, one.person.email, 4)
  await app.client().post('/v0/auth/reset-password', { token, new_password: 'a wholly new passphrase' })
  const login = { email: one.person.email, password: 'a wholly new passphrase' }
  const answer = await app.client().post('/v0/auth/login', login)
  expect([answer.status, Object.keys(answer.body)]).toEqual([202, ['temp_token']])
})

test('a temp_token is good for nothing else [SE7]', async () => {
  const one = await withTotp(app)
  const token = await tempToken(onDeviceOf(app, one.client), one.person)
  const { body } = await app.client().get('/openapi.json')
  for (const [path, item] of Object.entries(body.paths as Record<string, Record<string, { security?: object }>>)) {
    for (const [verb, { security }] of Object.entries(item)) {
      if (security === undefined) continue
      const url = path.replace(/\{\w+\}/g, 'x')
      const headers = { authorization: `Bearer ${token}` }
      expect([path, (await app.client().send(verb.toUpperCase(), url, { headers })).code]).toEqual([
        path,
        'user:invalid_session',
      ])
    }
  }
  for (const path of ['verify-email', 'device/verify', 'confirm-email-change'])
    expect((await app.client().post(`/v0/auth/${path}`, { token })).code).toMatch(/^token:invalid/)
  const refresh = await app.client().post('/v0/auth/token/refresh', { refresh_token: token })
  expect(refresh.code).toBe('user:invalid_token')
})

test('what reauthenticate accepts is spent for everything [MF1]', async () => {
  const { client, code } = await withTotp(app)
  const used = await code()
  expect((await client.post('/v0/auth/reauthenticate', { code: used })).status).toBe(204)
  for (const path of ['reauthenticate', 'totp/backup-codes/regenerate', 'totp/disable'])
    expect((await client.post(`/v0/auth/${path}`, { code: used })).code).toBe('totp:invalid_code')
})

test('POST /v0/auth/reauthenticate: totp:backup_code_exhausted', async () => {
  const { client, person } = await withTotp(app)
  await app.sql('update backup_codes set used_at = now() where user_id = (select id from users where email = $1)', [
    person.email,
  ])
  expect((await client.post('/v0/auth/reauthenticate', { code: 'AAAAAAAA' })).code).toBe('totp:backup_code_exhausted')
})
