import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateSync } from 'otplib'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type Keyring, openKeyring } from '../../src/crypto/keyring.ts'
import { makeSecret } from '../../src/totp/code.ts'
import { sealSecret } from '../../src/totp/secret.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { makeMailedTokens, makePendingLogins, makeRefreshTokens, makeSignUps, makeUsers } from '../support/factories.ts'
import { type ServerProcess, startServerProcess } from '../support/server-process.ts'

/** `npm run races` asks for 10,000; among the other tests a hundredth shows that the machinery works. */
const races = Number(process.env.RACES ?? 105)
const racersPerServer = 2
const racesAtATime = 8

let database: TestDatabase
let pool: pg.Pool
let keyring: Keyring
let dataDir: string
let servers: ServerProcess[]
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'))
  pool = new pg.Pool({ connectionString: database.url, max: 4 })
  dataDir = mkdtempSync(join(tmpdir(), 'postern-races-'))
  keyring = openKeyring(join(dataDir, 'keys'), { create: true })
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    RATE_LIMITS: 'off',
    MAIL_DELIVERY: 'queue',
    ARGON2_MEMORY_KIB: '8192',
    ARGON2_TIME_COST: '1',
  }
  servers = await Promise.all([startServerProcess(env), startServerProcess(env)])
})
afterAll(async () => {
  agent.destroy()
  await Promise.all(servers.map((server) => server.stop()))
  await pool.end()
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

type Reply = { readonly status: number; readonly body: Record<string, unknown> }

function post(server: ServerProcess, path: string, body: object): Promise<Reply> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const sent = request(`${server.origin}${path}`, { method: 'POST', agent, headers }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      const json = Buffer.concat(chunks).toString()
      resolve({ status: response.statusCode ?? 0, body: json === '' ? {} : JSON.parse(json) })
    })
    sent.on('error', reject).end(text)
  })
}

type Race = { readonly path: string; readonly body: object }

type Kind = {
  readonly make: (amount: number) => Promise<Race[]>
  /** What those who come too late are told. */
  readonly late: readonly string[]
  /** How often the database shows the effect, of `races` races. */
  readonly effect: string
}

const mailed =
  (path: string, purpose: string, { address }: { address?: (email: string) => string } = {}) =>
  async (amount: number): Promise<Race[]> => {
    const people = await makeUsers(pool, amount)
    const tokens = await makeMailedTokens(
      pool,
      people.map(({ id: userId, email }) => ({
        purpose,
        userId,
        addressKey: address?.(email) ?? email,
        ...(address && { address: address(email) }),
      })),
    )
    return tokens.map((token) => ({
      path,
      body: { token, ...(purpose === 'password_reset' && { new_password: 'a wholly new passphrase' }) },
    }))
  }

const kinds: Readonly<Record<string, Kind>> = {
  verify_email: {
    make: async (amount) =>
      (await makeSignUps(pool, amount)).map((token) => ({ path: '/v0/app/auth/verify-email', body: { token } })),
    late: ['email:already_verified'],
    effect: "select count(*)::int as n from security_events where type = 'sign_up'",
  },
  device_verify: {
    make: mailed('/v0/app/auth/device/verify', 'device_verify'),
    late: ['token:invalid_device_verify'],
    effect: 'select count(*)::int as n from devices',
  },
  password_reset: {
    make: mailed('/v0/auth/reset-password', 'password_reset'),
    late: ['token:invalid_reset'],
    effect: "select count(*)::int as n from security_events where type = 'password_reset'",
  },
  email_change: {
    make: mailed('/v0/auth/confirm-email-change', 'email_change', { address: (email) => `new-${email}` }),
    late: ['token:invalid_email_change'],
    effect: "select count(*)::int as n from security_events where type = 'email_changed'",
  },
  email_undo: {
    make: mailed('/v0/auth/undo-email-change', 'email_undo', { address: (email) => `old-${email}` }),
    late: ['token:invalid_email_change'],
    effect: "select count(*)::int as n from security_events where type = 'email_change_undone'",
  },
  account_deletion: {
    make: mailed('/v0/user/me/deletion/confirm', 'account_deletion'),
    late: ['token:invalid_account_deletion'],
    effect: 'select count(*)::int as n from users where deleted_at is not null',
  },
  temporary_login: {
    make: async (amount) => {
      const waiting = (await makeUsers(pool, amount)).map((user) => {
        const secret = makeSecret()
        return { user, secret, sealedSecret: sealSecret(keyring, secret, user.id) }
      })
      const tokens = await makePendingLogins(pool, waiting)
      return waiting.map(({ secret }, index) => ({
        path: '/v0/app/auth/totp/verify',
        // Made when it is posted: the race may come minutes later.
        get body() {
          return { temp_token: tokens[index], code: generateSync({ secret }) }
        },
      }))
    },
    late: ['totp:temp_token_invalid', 'totp:invalid_code'],
    effect:
      "select count(*)::int as n from mailed_tokens where purpose = 'device_verify' and used_at is null and address_key like 'bulk-%' and user_id in (select user_id from totp_secrets)",
  },
}

async function runAll(made: readonly Race[], judge: (replies: Reply[]) => void): Promise<number> {
  const waiting = [...made]
  const started = performance.now()
  const lanes = Array.from({ length: racesAtATime }, async () => {
    for (let race = waiting.pop(); race !== undefined; race = waiting.pop()) {
      const { path, body } = race
      const racers = servers.flatMap((server) =>
        Array.from({ length: racersPerServer }, () => post(server, path, body)),
      )
      judge(await Promise.all(racers))
    }
  })
  await Promise.all(lanes)
  return (performance.now() - started) / 1000
}

const each = Math.ceil(races / (Object.keys(kinds).length + 1))
const report = (kind: string, seconds: number) =>
  process.stdout.write(
    `${kind}: ${each} races of ${racersPerServer * 2} on two servers, ${each} won, ${seconds.toFixed(1)} s\n`,
  )
const limit = 30_000 + each * 100

test.each(Object.entries(kinds))(
  '%s: each token is used exactly once, however many race [TK1]',
  async (name, kind) => {
    const made = await kind.make(each)
    const [before] = (await pool.query<{ n: number }>(kind.effect)).rows
    const seconds = await runAll(made, (replies) => {
      expect(replies.filter(({ status }) => status < 300)).toHaveLength(1)
      for (const { status, body } of replies) if (status >= 300) expect(kind.late).toContain(body.code)
    })
    const [after] = (await pool.query<{ n: number }>(kind.effect)).rows
    expect((after?.n ?? 0) - (before?.n ?? 0)).toBe(each)
    report(name, seconds)
  },
  limit,
)

test(
  'refresh: every racer is given the one child [TK4]',
  async () => {
    const tokens = await makeRefreshTokens(pool, await makeUsers(pool, each))
    const made = tokens.map((token) => ({ path: '/v0/auth/token/refresh', body: { refresh_token: token } }))
    const seconds = await runAll(made, (replies) => {
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
      expect(new Set(replies.map(({ body }) => body.refresh_token)).size).toBe(1)
    })
    const [children] = (await pool.query('select count(*)::int as n from refresh_tokens where parent_id is not null'))
      .rows
    expect(children.n).toBe(each)
    report('refresh', seconds)
  },
  limit,
)
