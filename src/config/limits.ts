import type { Config } from './config.ts'
import { isPublicSuffix } from './domains.ts'
import { isTooWideForOutbound, isTooWideForProxies } from './networks.ts'
import { isGuessable } from './secrets.ts'
import { type VariableName, variables } from './variables.ts'

/** A setting that works but that production refuses. */
export type Limit = {
  readonly about: readonly [subject: VariableName, ...others: VariableName[]]
  readonly must: string
  /** A string also means broken, and is added to the message to show why. */
  readonly isBroken: (config: Config) => boolean | string
}

const [hour, day] = [3600, 86_400]

type Lifetime = Extract<VariableName, `${string}_TTL_SECONDS`>

/**
 * Longest lifetimes in seconds of what opens an account, so that one found later has expired. NIST SP 800-63B-4 section
 * 4.2.1.2 allows mailed links a day.
 */
const longest: Readonly<Record<Lifetime, number>> = {
  SESSION_IDLE_TTL_SECONDS: 366 * day,
  SESSION_ABSOLUTE_TTL_SECONDS: 366 * day,
  REFRESH_TOKEN_TTL_SECONDS: 366 * day,
  // Services that verify access tokens themselves do not learn of a logout.
  ACCESS_TOKEN_TTL_SECONDS: day,
  SIGNUP_TTL_SECONDS: 30 * day,
  EMAIL_VERIFICATION_TTL_SECONDS: 7 * day,
  DEVICE_VERIFY_TTL_SECONDS: day,
  PASSWORD_RESET_TTL_SECONDS: day,
  EMAIL_CHANGE_TTL_SECONDS: day,
  // This one protects the owner, who may notice a takeover late; so it may live long.
  EMAIL_UNDO_TTL_SECONDS: 90 * day,
  ACCOUNT_DELETION_TTL_SECONDS: day,
  TOTP_LOGIN_TTL_SECONDS: hour,
  EMAIL_SIGN_IN_TTL_SECONDS: hour,
  PASSKEY_CHALLENGE_TTL_SECONDS: hour,
  OAUTH_STATE_TTL_SECONDS: hour,
  OAUTH_PENDING_TTL_SECONDS: day,
}

const lifetimes = (Object.entries(longest) as [Lifetime, number][]).map(
  ([name, most]): Limit => ({
    about: [name],
    must: `be at most ${most} in production`,
    isBroken: (config) => config[variables[name].field] > most,
  }),
)

/** Equally strong parameters from OWASP's Password Storage Cheat Sheet, from more memory to more passes. */
const leastArgon2 = [
  { timeCost: 1, memoryKib: 47_104 },
  { timeCost: 2, memoryKib: 19_456 },
  { timeCost: 3, memoryKib: 12_288 },
  { timeCost: 4, memoryKib: 9216 },
] as const

const describeArgon2 = ({ memoryKib, timeCost }: (typeof leastArgon2)[number]): string =>
  `${memoryKib} with ARGON2_TIME_COST=${timeCost}`

const ownSecrets = ['WORKER_SECRET', 'METRICS_TOKEN'] as const

export const productionLimits: readonly Limit[] = [
  ...ownSecrets.map(
    (name): Limit => ({
      about: [name],
      must: 'be a secret that nobody can guess in production: 32 random letters and digits, say',
      isBroken: (config) => {
        const secret = config[variables[name].field]
        return secret !== undefined && isGuessable(secret)
      },
    }),
  ),
  {
    about: ['COOKIE_DOMAIN'],
    must: 'be a domain of your own in production, not one under which others have theirs',
    isBroken: ({ cookieDomain }) => cookieDomain !== undefined && isPublicSuffix(cookieDomain),
  },
  {
    about: ['TRUSTED_PROXIES'],
    must:
      'name your proxies in production, not so much of the internet that anybody could say which address a ' +
      'client has',
    isBroken: ({ trustedProxies }) => trustedProxies.some(isTooWideForProxies),
  },
  {
    about: ['OUTBOUND_ALLOW'],
    must: 'name single hosts and networks in production, not everything',
    isBroken: ({ outboundAllow }) => outboundAllow.some(isTooWideForOutbound),
  },
  {
    about: ['ARGON2_MEMORY_KIB', 'ARGON2_TIME_COST'],
    must: `be at least what OWASP asks in production: ${leastArgon2.map(describeArgon2).join(', ')}`,
    isBroken: ({ argon2MemoryKib, argon2TimeCost }) =>
      !leastArgon2.some(({ memoryKib, timeCost }) => argon2MemoryKib >= memoryKib && argon2TimeCost >= timeCost),
  },
  ...lifetimes,
]
