import { password } from './hashing.ts'
import type { LoadOrder, Sent } from './load.ts'
import { type BenchUser, cookieOf, type Stage } from './stage.ts'

/** What people do who are signed in, more of it than a server can bear: others must hardly notice. */
export type Storm = {
  /** What there is then. */
  readonly name: string
  /** So many, each with a session. */
  readonly accounts: number
  /** What they have or the site must have before. */
  readonly prepare?: (stage: Stage, attackers: readonly BenchUser[]) => Promise<void>
  readonly load: (
    attackers: readonly BenchUser[],
  ) => Pick<LoadOrder, 'method' | 'path' | 'requests' | 'perSecond'> & Partial<Pick<LoadOrder, 'connections'>>
}

/** As a proxy that is trusted says: each from a network of its own. */
export const fromNetworks = (requests: readonly Sent[], prefix = '198.18'): Sent[] =>
  requests.map(({ headers, ...rest }, index) => ({
    ...rest,
    headers: { ...headers, 'x-forwarded-for': `${prefix}.${(index >> 8) & 255}.${index & 255}` },
  }))

const newPassword = 'a wholly new passphrase'

/** Of each account one way, and then of each the way back, so that they stay right. */
function changes(attackers: readonly BenchUser[]): Sent[] {
  const all = (current: string, next: string) =>
    attackers.map((user) => ({
      headers: { ...cookieOf(user), 'sec-fetch-site': 'same-origin' },
      body: { current_password: current, new_password: next },
    }))
  return [...all(password, newPassword), ...all(newPassword, password)]
}

const changePassword = { method: 'POST', path: '/v0/auth/change-password', perSecond: 400 } as const

async function makeHistories({ pool }: Stage, attackers: readonly BenchUser[]): Promise<void> {
  await pool.query(
    `insert into security_events (id, user_id, type, ip_address, user_agent, created_at)
     select gen_random_uuid(), id, 'login_succeeded', '198.51.100.1', 'Mozilla/5.0 (X11; Linux x86_64)', now() - make_interval(mins => i)
     from unnest($1::uuid[]) as u (id), generate_series(1, 20000) i`,
    [attackers.map(({ id }) => id)],
  )
  await pool.query('vacuum analyze security_events')
}

async function makeNamesakes({ pool }: Stage): Promise<void> {
  await pool.query(
    `insert into users (id, email, email_key, handle, display_name)
     select gen_random_uuid(), 'n' || i, 'n' || i, 'n_' || i,
       (array['Alexander', 'Katharina', 'Maximilian', 'Elisabeth'])[1 + i % 4] || ' ' || md5(i::text)
     from generate_series(1, 100000) i`,
  )
  await pool.query('vacuum analyze users')
}

/** Each has a figure of its own in `npm run bench -- storm`. */
export const storms: readonly Storm[] = [
  {
    name: 'changes of passwords, of four accounts from one network',
    accounts: 4,
    load: (attackers) => ({ ...changePassword, requests: changes(attackers) }),
  },
  {
    name: 'changes of passwords, of 500 accounts from as many networks',
    accounts: 500,
    load: (attackers) => {
      const [there, back] = [changes(attackers).slice(0, attackers.length), changes(attackers).slice(attackers.length)]
      return { ...changePassword, requests: [...fromNetworks(there), ...fromNetworks(back)] }
    },
  },
  {
    name: 'exports of 20,000 events each, of sixteen accounts from as many networks',
    accounts: 16,
    prepare: makeHistories,
    load: (attackers) => ({
      path: '/v0/user/me/export',
      connections: 16,
      requests: fromNetworks(attackers.map((user) => ({ headers: cookieOf(user) }))),
    }),
  },
  {
    name: 'searches for a misspelt name that 25,000 of 100,000 have, sixteen at once',
    accounts: 500,
    prepare: makeNamesakes,
    load: (attackers) => ({
      path: '/v0/search/users?query=alexnader',
      connections: 16,
      requests: fromNetworks(attackers.map(() => ({ headers: {} }))),
    }),
  },
]
