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
]
