import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addEncryptionKey } from '../../src/crypto/keyring.ts'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { turns } from '../support/long-form.ts'
import { appWith } from '../support/mail-way.ts'
import { isOfConsole, isSignedIn, readOpenApi, type Security } from '../support/openapi.ts'
import { mailedToken, mailsTo, newPerson } from '../support/people.ts'
import {
  codeOf,
  eventsOf,
  onDeviceOf,
  prolongBlocks,
  spendBackupCodes,
  type TotpPerson,
  tempToken,
  verify,
  withTotp,
} from './support.ts'

let app: TestApp
let strict: TestApp
beforeAll(async () => {
  // Hundreds wait for one row at once, on whatever machine.
  app = await startApp()
  strict = await startApp({ RATE_LIMITS: 'on' })
})
afterAll(async () => {
  await app.close()
  await strict.close()
})

const sessionsOf = async ({ client }: TotpPerson) =>
  ((await client.get('/v0/auth/sessions')).body.sessions as object[]).length
const expireLogins = () => app.sql("update pending_logins set expires_at = now() - interval '1 second'")

describe.each(['', '/app'])('POST /v0%s/auth/totp/verify', (form) => {
  const post = (client: TestClient, token: unknown, code: unknown) =>
    client.post(`/v0${form}/auth/totp/verify`, { temp_token: token, code })
  /** As the person's known device, on either form. */
  const device = ({ client }: TotpPerson, at = app) => {
    const other = onDeviceOf(at, client)
    other.headers['x-device-token'] = client.cookies.get('__Host-device_id') ?? ''
    return other
  }
  /** The password step, which opens nothing. */
  const begin = async (one: TotpPerson, client = device(one)) => {
    const answer = await client.post(`/v0${form}/auth/login`, one.person)
    expect([answer.status, Object.keys(answer.body), answer.setCookies]).toEqual([202, ['temp_token', 'methods'], []])
    expect(answer.body.methods).toEqual(['totp', 'backup_code'])
    return { client, token: String(answer.body.temp_token) }
  }
  const success = form === '' ? 204 : 200

  test('on a known device: a session', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    const before = await sessionsOf(one)
    const answer = await post(client, token, await one.code())
    expect(answer.status).toBe(success)
    const session = form === '' ? {} : { headers: { authorization: `Bearer ${answer.body.token}` } }
    expect((await client.get('/v0/user/me', session)).body.email).toBe(one.person.email)
    expect(await sessionsOf(one)).toBe(before + 1)
    expect((await eventsOf(app, one.person))[0]).toBe('login_succeeded')
  })

  test('with a backup code, once', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    expect((await post(client, token, one.backupCodes[0]?.toLowerCase())).status).toBe(success)
    const again = await begin(one)
    expect((await post(again.client, again.token, one.backupCodes[0])).code).toBe('totp:invalid_code')
  })

  test('on a new device: a session, and a known device from then on [FD80]', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one, app.client())
    const answer = await post(client, token, await one.code())
    expect(answer.status).toBe(success)
    const isApp = success === 200
    const device = isApp ? answer.body.device_token : client.cookies.get('__Host-device_id')
    expect(device).toMatch(/^pdt_/)
    const again = await begin(one, client)
    if (isApp) again.client.headers['x-device-token'] = String(device)
    await app.sql('update totp_secrets set login_step = 0')
    const known = await post(again.client, again.token, await one.code())
    expect([known.status, known.body.device_token, known.setCookies.join().includes('device_id')]).toEqual([
      success,
      undefined,
      false,
    ])
  })

  test('totp:invalid_code; four wrong tries leave a fifth', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    for (const wrong of ['000000', 'AAAAAAAA', 'x', await one.code(3)])
      expect((await post(client, token, wrong)).code).toBe('totp:invalid_code')
    expect((await post(client, token, await one.code())).status).toBe(success)
  })

  test('totp:temp_token_invalid: malformed, unknown, of another kind', async () => {
    for (const token of ['junk', makeToken('temporaryLogin').text, makeToken('session').text, makeToken('mailed').text])
      expect((await post(app.client(), token, '000000')).code).toBe('totp:temp_token_invalid')
  })

  test('totp:temp_token_invalid: used, also when it has expired since', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    await post(client, token, await one.code())
    expect((await post(client, token, await one.code(1))).code).toBe('totp:temp_token_invalid')
    await expireLogins()
    expect((await post(client, token, await one.code(1))).code).toBe('totp:temp_token_invalid')
  })

  test('totp:temp_token_invalid: its five tries used up, also when it has expired since', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    for (let time = 0; time < 5; time++) expect((await post(client, token, '000000')).code).toBe('totp:invalid_code')
    expect((await post(client, token, await one.code())).code).toBe('totp:temp_token_invalid')
    await expireLogins()
    expect((await post(client, token, await one.code())).code).toBe('totp:temp_token_invalid')
  })

  test('totp:temp_token_expired', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    const lifetimes = await app.sql<{ s: number }>(
      'select distinct extract(epoch from expires_at - created_at)::int as s from pending_logins where used_at is null and expires_at > now()',
    )
    expect(lifetimes).toEqual([{ s: 300 }])
    await expireLogins()
    const answer = await post(client, token, await one.code())
    expect([answer.status, answer.code]).toEqual([400, 'totp:temp_token_expired'])
  })

  test('totp:backup_code_exhausted', async () => {
    const one = await withTotp(app)
    const { client, token } = await begin(one)
    await spendBackupCodes(app, one.person)
    for (let time = 0; time < 5; time++) {
      const answer = await post(client, token, one.backupCodes[0])
      expect([answer.status, answer.code]).toEqual([401, 'totp:backup_code_exhausted'])
    }
    // Each was a try.
    expect((await post(client, token, await one.code())).code).toBe('totp:temp_token_invalid')
  })

  test('general:bad_request', async () => {
    for (const [token, code] of [
      [undefined, '000000'],
      ['x', ''],
      [1, '000000'],
    ])
      expect((await post(app.client(), token, code)).code).toBe('general:bad_request')
  })

  test('rate_limit:exceeded after five wrong codes over several logins; a right password does not end the count [TH1 TH2]', async () => {
    const one = await withTotp(strict)
    const stranger = strict.client()
    const [first, second] = [(await begin(one, stranger)).token, (await begin(one, stranger)).token]
    for (const token of [first, first, first, second, second])
      expect((await post(stranger, token, '000000')).code).toBe('totp:invalid_code')
    await prolongBlocks(strict)
    const refused = await post(stranger, (await begin(one, stranger)).token, await one.code())
    expect([refused.status, refused.code]).toEqual([429, 'rate_limit:exceeded'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3000)
    const known = await begin(one, device(one, strict))
    expect((await post(known.client, known.token, await one.code())).status).toBe(success)
  })

  test('system:internal_error for a secret moved from another account; nothing is accepted [MF2]', async () => {
    const [one, other] = [await withTotp(app), await withTotp(app)]
    await app.sql(
      `update totp_secrets set sealed_secret = (select sealed_secret from totp_secrets where user_id = (select id from users where email = $2))
       where user_id = (select id from users where email = $1)`,
      [one.person.email, other.person.email],
    )
    const before = await sessionsOf(one)
    const { client, token } = await begin(one)
    for (const code of [await one.code(), await other.code()]) {
      const answer = await post(client, token, code)
      expect([answer.status, answer.code, answer.setCookies]).toEqual([400, 'system:internal_error', []])
    }
    expect(await sessionsOf(one)).toBe(before)
  })
})

test('a code is accepted once, however often it is tried at over many logins [MF1]', async () => {
  const one = await withTotp(app)
  const before = await sessionsOf(one)
  const device = onDeviceOf(app, one.client)
  const tokens: string[] = []
  for (let wave = 0; wave < turns(3, 25); wave++)
    tokens.push(...(await Promise.all(Array.from({ length: 10 }, () => tempToken(device, one.person)))))
  const code = await one.code()
  const started = performance.now()
  const answers = []
  for (let wave = 0; wave < 4; wave++)
    answers.push(...(await Promise.all(tokens.map((token) => verify(onDeviceOf(app, one.client), token, code)))))
  process.stdout.write(`${answers.length} tries at one code: ${Math.round(performance.now() - started)} ms\n`)
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  expect(new Set(answers.map(({ code: refusal }) => refusal))).toEqual(
    new Set([undefined, 'totp:invalid_code', 'totp:temp_token_invalid']),
  )
  expect(await sessionsOf(one)).toBe(before + 1)
}, 120_000)

test('a backup code is spent once in 100 tries over several logins; the owner is told how many are left [MF3]', async () => {
  const one = await withTotp(app)
  const device = onDeviceOf(app, one.client)
  const tokens = []
  for (let login = 0; login < 25; login++) tokens.push(await tempToken(device, one.person))
  const backupCode = one.backupCodes[3] ?? ''
  const answers = await Promise.all(
    [...tokens, ...tokens, ...tokens, ...tokens].map((token) => verify(onDeviceOf(app, one.client), token, backupCode)),
  )
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  expect((await one.client.get('/v0/auth/totp/status')).body.backup_codes_remaining).toBe(9)
  const [notice] = await mailsTo(app, one.person.email, 4)
  expect([notice?.subject, notice?.text]).toEqual(['A backup code was used', expect.stringContaining('left: 9')])
  expect(notice?.text).not.toContain(backupCode)
  const uses = (await eventsOf(app, one.person)).filter((type) => type === 'backup_code_used')
  expect(uses).toHaveLength(1)
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

test('wrong codes are one count, whatever they were to prove; passwords have another [TH1]', async () => {
  const one = await withTotp(strict)
  const { client, person } = one
  const post = (path: string, body: object) => client.post(`/v0/auth/${path}`, body)
  const device = onDeviceOf(strict, client)
  const acts = [
    (code: string) => post('reauthenticate', { code }),
    (code: string) => post('totp/backup-codes/regenerate', { code }),
    (code: string) => post('totp/disable', { code }),
    async (code: string) => verify(device, await tempToken(device, person), code),
  ] as const
  for (const act of [...acts, acts[0]]) expect((await act('000000')).code).toBe('totp:invalid_code')
  await prolongBlocks(strict)
  expect((await post('reauthenticate', { password: person.password })).status).toBe(204)
  for (const act of acts) expect((await act(await one.code())).code).toBe('rate_limit:exceeded')
  // Of others, who wrong the account from elsewhere, there is nothing in that count.
  const stranger = strict.client()
  expect((await verify(stranger, await tempToken(stranger, person), await one.code())).status).toBe(204)
})

test('wrong passwords hold up no code [TH1]', async () => {
  const one = await withTotp(strict)
  const wrong = { password: 'not the password' }
  for (let time = 0; time < 5; time++) await one.client.post('/v0/auth/reauthenticate', wrong)
  await prolongBlocks(strict)
  expect((await one.client.post('/v0/auth/reauthenticate', wrong)).code).toBe('rate_limit:exceeded')
  expect((await one.client.post('/v0/auth/reauthenticate', { code: await one.code() })).status).toBe(204)
})

describe('remember_me is kept through both steps', () => {
  test.each([
    [true, 'Max-Age=2592000; '],
    [false, ''],
  ])('%j', async (remembered, lifetime) => {
    const cookie = new RegExp(`^__Host-session_id=pst_[A-Za-z0-9_-]{49}; ${lifetime}Path=/; `)
    const one = await withTotp(app)
    const begin = (client: TestClient) => tempToken(client, one.person, { remember_me: remembered })
    const device = onDeviceOf(app, one.client)
    expect((await verify(device, await begin(device), await one.code())).setCookies[0]).toMatch(cookie)
    const stranger = app.client()
    expect((await verify(stranger, await begin(stranger), await one.code(1))).setCookies[0]).toMatch(cookie)
  })
})

describe('a login that waits for its code ends with', () => {
  const fresh = 'a wholly new passphrase'
  const changes: Record<string, (one: TotpPerson) => Promise<Answer>> = {
    'a new password': ({ client, person }) =>
      client.post('/v0/auth/change-password', { current_password: person.password, new_password: fresh }),
    'a reset': async ({ person }) => {
      await app.client().post('/v0/auth/forgot-password', { email: person.email })
      const token = await mailedToken(app, person.email, 4)
      return app.client().post('/v0/auth/reset-password', { token, new_password: fresh })
    },
    'a new address': async ({ client, person }) => {
      const { email } = newPerson()
      await client.post('/v0/auth/change-email', { password: person.password, new_email: email })
      return app.client().post('/v0/auth/confirm-email-change', { token: await mailedToken(app, email) })
    },
    'TOTP switched off': ({ client, backupCodes }) => client.post('/v0/auth/totp/disable', { code: backupCodes[0] }),
    'TOTP switched off and on again': async ({ client, backupCodes }) => {
      await client.post('/v0/auth/totp/disable', { code: backupCodes[0] })
      const secret = String((await client.post('/v0/auth/totp/setup')).body.secret)
      return client.post('/v0/auth/totp/enable', { code: await codeOf(app, secret) })
    },
  }
  test.each(Object.entries(changes))('%s', async (_name, change) => {
    const one = await withTotp(app)
    const device = onDeviceOf(app, one.client)
    const token = await tempToken(device, one.person)
    expect((await change(one)).code).toBeUndefined()
    expect((await verify(device, token, await one.code())).code).toBe('totp:temp_token_invalid')
  })
})

test('a reset leaves TOTP on: the new password alone opens nothing [MF4 MF5]', async () => {
  const one = await withTotp(app)
  await app.client().post('/v0/auth/forgot-password', { email: one.person.email })
  const token = await mailedToken(app, one.person.email, 4)
  const password = 'a wholly new passphrase'
  expect((await app.client().post('/v0/auth/reset-password', { token, new_password: password })).status).toBe(204)
  const stranger = app.client()
  const second = await tempToken(stranger, { ...one.person, password })
  expect((await verify(stranger, second, '000000')).code).toBe('totp:invalid_code')
  expect((await stranger.get('/v0/user/me')).code).toBe('user:unauthorized')
  expect((await verify(stranger, second, await one.code())).status).toBe(204)
})

type Operation = {
  readonly security: Security
  readonly requestBody?: { readonly content: Record<string, { readonly schema: { readonly properties?: object } }> }
}

async function readOperations() {
  const { paths } = await readOpenApi<{ paths: Record<string, Record<string, Operation>> }>(app)
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, { security, requestBody }]) => ({
      name: `${verb} ${path}`,
      needsSession: isSignedIn(security) && !isOfConsole(security),
      tokenFields: Object.keys(requestBody?.content['application/json']?.schema.properties ?? {}).filter((field) =>
        /^(?:refresh_|pending_)?token$/.test(field),
      ),
      send: (sent: object) => app.client().send(verb.toUpperCase(), path.replace(/\{\w+\}/g, 'x'), sent),
    })),
  )
}

test('a temp_token is good for nothing else [SE7]', async () => {
  const one = await withTotp(app)
  const device = onDeviceOf(app, one.client)
  const token = await tempToken(device, one.person)
  const operations = await readOperations()

  const behindSessions = operations.filter(({ needsSession }) => needsSession)
  expect(behindSessions.length).toBeGreaterThan(20)
  for (const { name, send } of behindSessions)
    for (const headers of [{ authorization: `Bearer ${token}` }, { cookie: `__Host-session_id=${token}` }])
      expect([name, (await send({ headers })).code]).toEqual([name, 'user:invalid_session'])

  // Revoking answers alike for every token.
  const takingTokens = operations.filter(({ name, tokenFields }) => tokenFields.length > 0 && !name.endsWith('/revoke'))
  expect(takingTokens.length).toBeGreaterThan(8)
  const others = { new_password: 'a wholly new passphrase', handle: 'somebody_1', display_name: 'Somebody' }
  for (const { name, tokenFields, send } of takingTokens) {
    const { code } = await send({
      body: { ...others, ...Object.fromEntries(tokenFields.map((field) => [field, token])) },
    })
    expect([name, code]).toEqual([name, expect.stringMatching(/^(?:token:invalid_\w+|user:invalid_token)$/)])
  }
  const refreshed = await app.client().post('/v0/auth/token/refresh', undefined, {
    headers: { cookie: `__Host-refresh_token=${token}` },
  })
  expect(refreshed.code).toBe('user:invalid_token')

  expect((await verify(device, token, await one.code())).status).toBe(204)
})

test('after a new encryption key old secrets and old backup codes go on [MF2]', async () => {
  const rotated = await appWith({})
  const old = await withTotp(rotated)
  addEncryptionKey(rotated.config.keysDir)
  await expect.poll(() => rotated.deps.keyring.getSealingKey().id, { timeout: 5000 }).toBe(2)
  const newer = await withTotp(rotated)
  for (const one of [old, newer]) {
    const device = onDeviceOf(rotated, one.client)
    for (const code of [await one.code(), one.backupCodes[0]])
      expect((await verify(device, await tempToken(device, one.person), code)).status).toBe(204)
  }
})
