import fc from 'fast-check'
import { SoftPasskey } from '../../support/soft-authenticator.ts'
import { type Exchange, outcomeOf } from '../exchange.ts'
import type { FuzzedServer } from '../fuzzed-server.ts'
import { inLanes } from '../lanes.ts'
import { described, type Ledger } from '../ledger.ts'
import type { Member } from '../life/life.ts'
import { damaged, damages, type Json } from './damage.ts'

type Means = { readonly server: FuzzedServer; readonly ledger: Ledger; readonly member: Member }
type Fuzzing = Means & { readonly seed: number; readonly isEnough: () => boolean }

/** Who takes a credential: what it is asked for by, and what is sent with it. */
type Taker = {
  readonly method: string
  readonly target: string
  readonly optionsAt: string
  readonly isNew?: true
  readonly more?: () => Json
  /** What of it is wrong already, where the answer to a right one would end the fuzzing. */
  readonly broken?: Json
}

let addresses = 0
const again = '/v0/auth/passkeys/reauthentication/options'
const takers: readonly Taker[] = [
  {
    method: 'POST',
    target: '/v0/app/auth/passkeys/sign-in',
    optionsAt: '/v0/app/auth/passkeys/sign-in/options',
  },
  {
    method: 'POST',
    target: '/v0/auth/passkeys',
    optionsAt: '/v0/auth/passkeys/registration/options',
    isNew: true,
  },
  { method: 'POST', target: '/v0/auth/reauthenticate', optionsAt: again },
  {
    method: 'POST',
    target: '/v0/auth/change-email',
    optionsAt: again,
    more: () => ({ new_email: `fuzz-${++addresses}@example.com` }),
  },
  { method: 'DELETE', target: '/v0/user/me', optionsAt: again, broken: { signature: 'AAAA' } },
]

const lanes = 4
const runsARound = 50

/** Damages what a passkey answered, everywhere; throws with the least of it that is answered outside the contract. */
export async function fuzzCredentials({ seed, isEnough, ...means }: Fuzzing): Promise<void> {
  const passkey = await registerFirst(means)
  const property = fc.asyncProperty(fc.constantFrom(...takers), damages, async (taker, all) => {
    const options = await offered(means, taker)
    const of = taker.isNew ? newPasskey(means) : passkey
    const good = (taker.isNew ? of.create(options) : of.get(options)) as Json
    const response = { ...(good.response as Json), ...taker.broken }
    const credential = damaged({ ...good, response }, all)
    const exchange = await send(means, taker, { credential, ...taker.more?.() })
    const breaches = [...means.ledger.note('credentials of passkeys', exchange)]
    // Its id is the right one, and that is what it is known by.
    if (credential.id === passkey.id && outcomeOf(exchange).endsWith('passkey:unknown_credential'))
      breaches.push('a passkey that exists is called unknown')
    if (breaches.length === 0) return
    throw new Error(`${all.map(({ path, name }) => `${path.join('.')}: ${name}`)}\n${breaches}\n${described(exchange)}`)
  })
  let round = 0
  const once = async () => void (await fc.assert(property, { seed: seed + round++, numRuns: runsARound }))
  await inLanes(lanes, { isEnough, once })
}

const newPasskey = ({ server }: Means) => new SoftPasskey({ origin: `http://localhost:${new URL(server.origin).port}` })

async function registerFirst(means: Means): Promise<SoftPasskey> {
  const { server, member } = means
  // Fresh, however long the fuzzing takes.
  await server.database.query("update sessions set authenticated_at = now() + interval '1 day' where user_id = $1", [
    member.id,
  ])
  const passkey = newPasskey(means)
  const [, registration] = takers as readonly [Taker, Taker]
  const { status } = await send(means, registration, {
    credential: passkey.create(await offered(means, registration)),
  })
  if (status !== 201) throw new Error(`the passkey was answered ${status}`)
  return passkey
}

/** Some damage is none: whoever registers so many passkeys is rid of them again. */
async function offered(means: Means, { optionsAt }: Taker): Promise<Json> {
  const { server, member } = means
  const exchange = await send(means, { method: 'POST', target: optionsAt }, {})
  if (exchange.status === 409) {
    const all =
      'delete from passkeys where user_id = $1 and id <> (select min(id::text)::uuid from passkeys where user_id = $1)'
    await server.database.query(all, [member.id])
    return offered(means, { method: 'POST', target: '', optionsAt })
  }
  if (exchange.status !== 200) throw new Error(described(exchange))
  return JSON.parse(exchange.body.toString()) as Json
}

const send = (
  { server, member }: Means,
  { method, target }: Pick<Taker, 'method' | 'target'>,
  body: Json,
): Promise<Exchange> =>
  server.ask({
    method,
    target,
    headers: { authorization: `Bearer ${member.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
