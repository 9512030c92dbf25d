import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSync } from 'otplib'
import pg from 'pg'
import { expect, inject, test, vi } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/server-process.ts'

type Answer = {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
  readonly cookies: string[]
}

/** A whole life of an account, in the most talkative log; every secret in it is looked for afterwards. */
test('no secret is in logs, errors or tables: raw, URL-encoded or base64 [LG1 SE1]', async () => {
  const database = await createDatabase(inject('postgresUrl'))
  const dataDir = mkdtempSync(join(tmpdir(), 'postern-canary-'))
  const server = await startServerProcess({
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
  })
  const secrets = new Map<string, string>()
  const errors: string[] = []
  const keep = (name: string, value: unknown): string => {
    expect([name, typeof value, String(value).length > 5]).toEqual([name, 'string', true])
    secrets.set(name, String(value))
    return String(value)
  }
  const jar = new Map<string, string>()
  const send = async (method: string, path: string, body?: unknown, bearer?: string): Promise<Answer> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const reply = await fetch(`${server.origin}${path}`, {
      method,
      headers: {
        ...(bearer ? { authorization: `Bearer ${bearer}` } : { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const cookies = bearer ? [] : reply.headers.getSetCookie()
    for (const line of cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, keep(`cookie ${name} ${secrets.size}`, value))
    }
    const text = await reply.text()
    if (!reply.ok) errors.push(text)
    return { status: reply.status, body: text.startsWith('{') ? JSON.parse(text) : {}, text, cookies }
  }
  const email = `canary-${randomUUID()}@example.com`
  const mailed = (atLeast: number) =>
    vi.waitFor(
      async () => {
        const { body } = await send('GET', `/api/v1/search?query=to:${email}`)
        const messages = body.messages as { ID: string }[]
        if (messages.length < atLeast) throw new Error(`${messages.length} of ${atLeast} mails`)
        const known = [...secrets.values()]
        for (const { ID } of messages) {
          const { body: mail } = await send('GET', `/api/v1/message/${ID}`)
          const token = /token=(\S+)/.exec(String(mail.Text))?.[1]
          if (token !== undefined && !known.includes(token)) return keep(`link ${atLeast}`, token)
        }
        throw new Error('no mail holds a new link')
      },
      { timeout: 10_000, interval: 50 },
    )
  const password = keep('password', `pass ${randomUUID()}`)
  const wrong = keep('wrong password', `wrong ${randomUUID()}`)
  const next = keep('new password', `next ${randomUUID()}`)

  await send('POST', '/v0/auth/signup', { email, handle: 'canary_1', display_name: 'Canary', password: 'short' })
  await send('POST', '/v0/auth/signup', { email, handle: 'canary_1', display_name: 'Canary', password })
  const link = await mailed(1)
  await send('GET', `/nowhere?token=${link}&password=${encodeURIComponent(password)}`)
  await send('GET', `/v0/users/profile?handle=${link}`)
  expect((await send('POST', '/v0/auth/verify-email', { token: link })).status).toBe(204)
  await send('POST', '/v0/auth/verify-email', { token: link })
  // As from another browser, so that a device link is mailed.
  jar.delete('__Host-device_id')
  expect((await send('POST', '/v0/auth/login', { email, password })).status).toBe(202)
  expect((await send('POST', '/v0/auth/device/verify', { token: await mailed(2) })).status).toBe(204)
  await send('POST', '/v0/auth/login', { email, password: wrong })
  await send('POST', '/v0/auth/login', `{"email":"${email}","password":"${wrong}`)
  await send('POST', '/v0/auth/reauthenticate', { password: wrong })

  const session = jar.get('__Host-session_id') ?? ''
  const picture = new FormData()
  picture.append('file', new Blob(['no picture']), 'x.png')
  for (const headers of [{ cookie: `__Host-session_id=${session}` }, { authorization: `Bearer ${session}` }])
    errors.push(
      await (
        await fetch(`${server.origin}/v0/user/me/profile-image`, { method: 'POST', headers, body: picture })
      ).text(),
    )
  const grant = await send('POST', '/v0/auth/token', undefined, session)
  const access = keep('access token', grant.body.access_token)
  const refresh = keep('refresh token', grant.body.refresh_token)
  await send('GET', '/v0/user/me', undefined, access)
  await send('GET', '/v0/auth/sessions', undefined, access)
  const child = await send('POST', '/v0/auth/token/refresh', { refresh_token: refresh })
  keep('child', child.body.refresh_token)
  await send('POST', '/v0/auth/token/refresh', { refresh_token: `${refresh}x` })

  const secret = keep('TOTP secret', (await send('POST', '/v0/auth/totp/setup')).body.secret)
  const enabled = await send('POST', '/v0/auth/totp/enable', { code: generateSync({ secret }) })
  for (const [index, code] of (enabled.body.backup_codes as string[]).entries()) keep(`backup code ${index}`, code)
  const pending = keep('temp_token', (await send('POST', '/v0/auth/login', { email, password })).body.temp_token)
  await send('POST', '/v0/auth/totp/verify', { temp_token: pending, code: 'AAAAAAAA' })
  const backup = secrets.get('backup code 0')
  expect((await send('POST', '/v0/auth/totp/verify', { temp_token: pending, code: backup })).status).toBe(204)

  await send('POST', '/v0/auth/forgot-password', { email })
  const reset = await mailed(4)
  await send('POST', '/v0/auth/reset-password', { token: reset, new_password: email })
  await send('POST', '/v0/auth/reset-password', { token: reset, new_password: next })
  await send('DELETE', '/v0/user/me', { password: next })

  const pool = new pg.Pool({ connectionString: database.url })
  const tables = await pool.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')",
  )
  const rows = []
  for (const { name } of tables.rows) rows.push((await pool.query(`select t::text from ${name} t`)).rows)
  await pool.end()
  await server.stop()
  const places = { log: server.output(), errors: errors.join('\n'), tables: JSON.stringify(rows) }
  expect(places.log).toContain('/v0/auth/totp/verify')
  expect(secrets.size).toBeGreaterThanOrEqual(25)
  for (const [name, value] of secrets) {
    const spellings = [value, encodeURIComponent(value), Buffer.from(value).toString('base64').replace(/=+$/, '')]
    for (const [place, text] of Object.entries(places))
      for (const spelling of spellings) expect([name, place, text.includes(spelling)]).toEqual([name, place, false])
  }
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})
