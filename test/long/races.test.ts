import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startProviders } from '../support/provider.ts'
import { type Attempt, checkRaces } from './check-races.ts'
import { openRaceGround, type RaceGround } from './race-ground.ts'
import { type Kind, type Race, raceKinds } from './race-kinds.ts'

/** `npm run races` asks for 10,000; among the other tests a hundredth shows that the machinery works. */
const races = Number(process.env.RACES ?? 105)
const racesAtATime = 8
const kindNames = [
  ...['verify_email', 'device_verify', 'password_reset', 'email_change', 'email_undo', 'account_deletion'],
  ...['link_or_digits', 'digits_while_resent'],
  ...['temporary_login', 'totp_step', 'backup_code', 'totp_enable'],
  ...['handle_of_sign_ups', 'handle_of_accounts', 'address'],
  ...['oauth_state', 'oauth_sign_up', 'id_token', 'initial_password', 'last_admin', 'refresh', 'passkey_challenge'],
]
const each = Math.ceil(races / kindNames.length)

let ground: RaceGround
let history: string
let providers: Awaited<ReturnType<typeof startProviders>>
let kinds: Readonly<Record<string, Kind>>

beforeAll(async () => {
  providers = await startProviders()
  ground = await openRaceGround(providers.env, providers.env)
  history = join(ground.dataDir, 'history.jsonl')
  writeFileSync(history, '')
  kinds = raceKinds({ ...ground, providers, origin: ground.origins[0] ?? '' })
})
afterAll(async () => {
  await ground.close()
  await providers.stop()
})

/** A server that has no time to hash a password says when to ask again; that is no end of a race. */
async function answerOf(ask: () => ReturnType<RaceGround['ask']>): ReturnType<RaceGround['ask']> {
  for (;;) {
    const answer = await ask()
    if (answer.status !== 429) return answer
    await sleep(1000)
  }
}

/** Every racer at once, in turn at both servers; each writes down what it was told. */
async function run(kind: string, number: number, race: Race): Promise<void> {
  const sent = await race()
  await Promise.all(
    sent.map(async (one, index) => {
      const server = index % ground.origins.length
      const startedMs = performance.now()
      const { status, body } = await answerOf(() => ground.ask(server, one))
      const { code, refresh_token: given } = body as { code?: string; refresh_token?: string }
      const attempt: Attempt = {
        kind,
        race: number,
        server,
        startedMs,
        endedMs: performance.now(),
        status,
        code,
        act: one.act,
        given,
      }
      appendFileSync(history, `${JSON.stringify(attempt)}\n`)
    }),
  )
}

const countOf = async (effect: string): Promise<number> =>
  (await ground.pool.query<{ n: number }>(effect)).rows[0]?.n ?? 0

test.each(kindNames)(
  '%s: of all who race for it one wins, and it happens once [TK1]',
  async (name) => {
    const kind = kinds[name] as Kind
    const waiting = [...(await kind.make(each)).entries()]
    const before = await countOf(kind.effect)
    const lanes = Array.from({ length: kind.isSerial ? 1 : racesAtATime }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await run(name, ...next)
    })
    await Promise.all(lanes)
    expect((await countOf(kind.effect)) - before).toBe(each)
  },
  30_000 + each * 200,
)

test('the history of all races: exactly one winner each, the same child for all who refresh [TK1 TK4]', () => {
  expect(Object.keys(kinds).sort()).toEqual([...kindNames].sort())
  const attempts = readFileSync(history, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Attempt)
  const rules = Object.fromEntries(Object.entries(kinds).map(([name, { rule }]) => [name, rule]))
  const { findings, races: run, close } = checkRaces(attempts, rules, each)
  process.stdout.write(
    `${run} races of ${kindNames.length} kinds, ${attempts.length} attempts at two servers, of which ${close} races overlapped at both: ${findings.length} broken\n`,
  )
  expect(findings).toEqual([])
})
