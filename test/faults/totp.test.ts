import pg from 'pg'
import { expect, test } from 'vitest'
import { useApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { startServerProcess } from '../support/server-process.ts'
import { eventsOf, onDeviceOf, type TotpPerson, tempToken, verify, withSetup, withTotp } from '../totp/support.ts'

const app = useApp({ DATABASE_TIMEOUT_MS: '800' })

/** While the outbox takes no mail. */
async function withoutOutbox<Result>(act: () => Promise<Result>): Promise<Result> {
  const other = new pg.Client({ connectionString: app.config.databaseUrl })
  await other.connect()
  try {
    await other.query('begin')
    await other.query('lock table mails in share row exclusive mode')
    return await act()
  } finally {
    await other.end()
  }
}

type Prepared = Pick<TotpPerson, 'person'> & { readonly event: string; readonly act: () => Promise<Answer> }

const acts: Record<string, () => Promise<Prepared>> = {
  enable: async () => {
    const { person, client, code } = await withSetup(app)
    const right = await code()
    return { person, event: 'totp_enabled', act: () => client.post('/v0/auth/totp/enable', { code: right }) }
  },
  disable: async () => {
    const { person, client, code } = await withTotp(app)
    const right = await code()
    return { person, event: 'totp_disabled', act: () => client.post('/v0/auth/totp/disable', { code: right }) }
  },
  'backup-codes/regenerate': async () => {
    const { person, client, code } = await withTotp(app)
    const right = await code()
    const act = () => client.post('/v0/auth/totp/backup-codes/regenerate', { code: right })
    return { person, event: 'backup_codes_regenerated', act }
  },
  'verify with a backup code': async () => {
    const { person, client, backupCodes } = await withTotp(app)
    const device = onDeviceOf(app, client)
    const token = await tempToken(device, person)
    return { person, event: 'backup_code_used', act: () => verify(device, token, backupCodes[0]) }
  },
}

test.each(Object.entries(acts))(
  '%s, its event and its notice are one transaction: none without the others, and the same code again does all',
  async (_name, prepare) => {
    const { person, event, act } = await prepare()
    const before = await eventsOf(app, person)
    const refused = await withoutOutbox(act)
    expect([refused.status, refused.code]).toEqual([500, 'system:transaction_error'])
    expect(await eventsOf(app, person)).toEqual(before)
    expect((await act()).code).toBeUndefined()
    const after = await eventsOf(app, person)
    expect(after.slice(0, after.length - before.length)).toContain(event)
  },
)

test('no code is in the log or in the audit, whatever became of it [LG1]', async () => {
  const { person, client, code, secret, backupCodes, forgetSteps } = await withTotp(app)
  // Only now, as its worker would take the notices to an inbox of its own.
  const { keysDir, databaseUrl, dataDir } = app.config
  const server = await startServerProcess({
    DATABASE_URL: String(databaseUrl),
    KEYS_DIR: keysDir,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
  })
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const post = async (path: string, body: object) => {
    const headers = { cookie, 'content-type': 'application/json' }
    return (await fetch(`${server.origin}/v0/auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }))
      .status
  }
  const [right, wrong, backupCode] = [await code(), await code(3), String(backupCodes[0])]
  const token = await tempToken(onDeviceOf(app, client), person)
  expect(await post('totp/verify', { temp_token: token, code: wrong })).toBe(400)
  expect(await post('totp/verify', { temp_token: token, code: right })).toBe(204)
  expect(await post('reauthenticate', { code: right })).toBe(400)
  expect(await post('reauthenticate', { code: backupCode })).toBe(204)
  await forgetSteps()
  expect(await post('totp/backup-codes/regenerate', { code: right })).toBe(200)
  expect(await post('totp/disable', { code: right })).toBe(204)
  await server.stop()
  const audit = JSON.stringify(await app.sql('select type, metadata from security_events'))
  // Not as part of a longer number, of which a log has many.
  for (const [place, text] of Object.entries({ log: server.output(), audit }))
    for (const hidden of [right, wrong, backupCode, secret, token])
      expect([place, hidden, new RegExp(`(?<![\\d.])${hidden}(?!\\d)`).test(text)]).toEqual([place, hidden, false])
  expect(server.output()).toContain('/v0/auth/totp/disable')
})
