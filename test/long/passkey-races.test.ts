import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePasskeys, makeSessions, makeUsers } from '../support/factories.ts'
import type { SoftPasskey } from '../support/soft-authenticator.ts'
import { openRaceGround, type RaceGround } from './race-ground.ts'
import { bearer, passkeySignIn, type Sent } from './race-kinds.ts'

/** `npm run races` asks for 10,000; among the other tests a few show that the machinery works. */
const races = Number(process.env.RACES ?? 30)
/** Each has seven racers at once. */
const racesAtATime = 3

let ground: RaceGround
beforeAll(async () => {
  // The third as after a restore, as long as browsers must not be told to forget anything.
  // With e-mail sign-in on, a passkey would never be the last way in.
  const env = { EMAIL_SIGN_IN: 'off' }
  ground = await openRaceGround(env, env, { ...env, PASSKEY_SIGNALS: 'off' })
})
afterAll(() => ground.close())

type Racer = { readonly who: string; readonly server: number; readonly sent: Sent; readonly may: readonly string[] }
type Told = Racer & { readonly outcome: string; readonly token: unknown }

const unknown = 'passkey:unknown_credential'
const deletion = (id: string, token: string): Sent => ({
  method: 'DELETE',
  path: `/v0/auth/passkeys/${id}`,
  body: {},
  headers: bearer(token),
})

async function signIn(server: number, passkey: SoftPasskey): Promise<Sent> {
  const { body } = await ground.ask(server, { path: `${passkeySignIn}/options`, body: {} })
  return { path: passkeySignIn, body: { credential: passkey.get(body) } }
}

async function run(racer: Racer): Promise<Told> {
  const { status, body } = await ground.ask(racer.server, racer.sent)
  return { ...racer, outcome: String(body.code ?? status), token: body.token }
}

/** Accounts with two passkeys, of which one is deleted, and accounts with nothing but one, which stays. */
async function makeLanes() {
  const { pool } = ground
  const users = await makeUsers(pool, races)
  const poor = await makeUsers(pool, races)
  await pool.query('update users set password_hash = null where id = any($1)', [poor.map(({ id }) => id)])
  const [gone, kept, last] = [
    await makePasskeys(pool, users),
    await makePasskeys(pool, users),
    await makePasskeys(pool, poor),
  ]
  const [owners, poorOwners] = [await makeSessions(pool, users), await makeSessions(pool, poor)]
  return gone.flatMap((one, index) => {
    const [other, only, owner, poorOwner] = [kept[index], last[index], owners[index], poorOwners[index]]
    return other && only && owner && poorOwner
      ? [{ gone: one, kept: other, last: only, owner: owner.token, poorOwner: poorOwner.token }]
      : []
  })
}

type Lane = Awaited<ReturnType<typeof makeLanes>>[number]

const racersOf = async ({ gone, kept, last, owner, poorOwner }: Lane): Promise<Racer[]> => [
  { who: 'deletes', server: 0, sent: deletion(gone.rowId, owner), may: ['204'] },
  { who: 'gone', server: 1, sent: await signIn(1, gone), may: ['200', unknown] },
  { who: 'gone', server: 0, sent: await signIn(0, gone), may: ['200', unknown] },
  { who: 'gone', server: 2, sent: await signIn(2, gone), may: ['200', 'passkey:invalid_assertion'] },
  { who: 'kept', server: 1, sent: await signIn(1, kept), may: ['200'] },
  // A deletion that is refused was none.
  { who: 'deletes the last', server: 1, sent: deletion(last.rowId, poorOwner), may: ['passkey:last_login_method'] },
  { who: 'last', server: 0, sent: await signIn(0, last), may: ['200'] },
]

/** What was told against the rules, in all races. */
async function race(lane: Lane, tally: Record<string, number>): Promise<string[]> {
  const told = await Promise.all((await racersOf(lane)).map(run))
  for (const { who, outcome } of told) tally[`${who}: ${outcome}`] = (tally[`${who}: ${outcome}`] ?? 0) + 1
  const wrong = told
    .filter(({ may, outcome }) => !may.includes(outcome))
    .map(({ who, server, outcome }) => `${who} at server ${server}: ${outcome}`)
  // Whoever came first, what a deleted passkey opened is over, at every server.
  for (const { who, token } of told)
    if (who === 'gone' && token !== undefined)
      for (const server of [0, 1, 2]) {
        const me = { method: 'GET', path: '/v0/user/me', body: {}, headers: bearer(String(token)) }
        const { status } = await ground.ask(server, me)
        if (status !== 401) wrong.push(`a session of a deleted passkey at server ${server}: ${status}`)
      }
  const after = await run({ who: 'after', server: 1, sent: await signIn(1, lane.gone), may: [unknown] })
  return after.outcome === unknown ? wrong : [...wrong, `after the deletion: ${after.outcome}`]
}

test(
  'a passkey is called unknown once it is deleted, never while it exists, whatever races with its deletion [PK15]',
  async () => {
    const waiting = await makeLanes()
    expect(waiting).toHaveLength(races)
    const wrong: string[] = []
    const tally: Record<string, number> = {}
    const lanes = Array.from({ length: racesAtATime }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) wrong.push(...(await race(next, tally)))
    })
    await Promise.all(lanes)
    process.stdout.write(`${races} deletions of passkeys: ${JSON.stringify(tally)}\n`)
    expect(wrong).toEqual([])
  },
  30_000 + races * 300,
)
