import { desc, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { maySignUp } from '../accounts/sign-up-policy.ts'
import type { Config } from '../config/config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Database } from '../db/database.ts'
import { invitations } from '../db/schema/invitations.ts'
import { mailedTokens, mails } from '../db/schema/mails.ts'
import { devices, users } from '../db/schema/users.ts'
import { presentMail, type ShownMail, selectMails } from '../mail/mail-state.ts'
import { type FoundRefusal, findRefusals } from '../refusals/find.ts'
import type { HelpfulAct } from '../refusals/helpful-acts.ts'
import { emailKey } from '../text/email.ts'
import { printable } from '../text/printable.ts'
import { isMeant } from './is-meant.ts'
import { readUserState, type UserState } from './user-state.ts'
import { findWaitingSignUp, type WaitingSignUp } from './waiting-sign-up.ts'

type Deps = { readonly config: Config; readonly keyring: Keyring }

export const reasonNames = [
  'no_account',
  'sign_up_refused',
  'not_verified',
  'banned',
  'locked',
  'no_way_in',
  'connection_dead',
  'passkey_dead',
  'factor_too_new',
  'mail_refused',
  'mail_given_up',
  'mail_waits',
  'refused',
] as const

/** One answer to "why can't she sign in?". */
type Reason = {
  readonly name: (typeof reasonNames)[number]
  /** A sentence, for support. */
  readonly says: string
  readonly until?: string
  /** Of the last refusal. */
  readonly code?: string
  readonly acts: HelpfulAct[]
}

const shownDevices = 10
const shownMails = 10
const shownRefusals = 10

/**
 * Why somebody cannot sign in, by address, `@handle` or id: all that stands in the way, first what weighs most, and
 * below it what is known of the account, the sign-up that waits, the mails and the last refusals. Nothing of it opens
 * the account [AZ5]. Undefined if a handle or an id is nobody's; an address may be that of somebody without an account.
 */
export async function diagnose(tx: Database, deps: Deps, name: string) {
  const [user] = await tx.select().from(users).where(isMeant(tx, name))
  const waiting = user ? undefined : await findWaitingSignUp(tx, name)
  const email = user?.email ?? waiting?.email ?? (name.includes('@', 1) ? name : undefined)
  if (email === undefined) return undefined
  const account = user && (await readUserState(tx, deps.config, user))
  const known = account && (await readDevices(tx, account.id))
  const sent = await selectMails(tx, account ? ofAccount(account.id) : ofAddress(emailKey(email))).limit(shownMails)
  const found = await findRefusals(tx, deps.keyring, { email }, { limit: shownRefusals })
  const [posted, refused] = [sent.map(presentMail), found.map(({ refusal }) => refusal)]
  const reasons = account
    ? reasonsOf(account, deps.config, posted)
    : waiting
      ? reasonsOfSignUp(deps.config, waiting, posted)
      : reasonsOfNobody(deps.config, email)
  return {
    email,
    reasons: [...reasons, ...reasonsOfRefusals(refused)],
    ...(account && { account: presentAccount(account, known ?? []) }),
    ...(waiting && { sign_up: presentSignUp(waiting) }),
    mails: posted,
    refusals: refused,
  }
}

export type Diagnosis = NonNullable<Awaited<ReturnType<typeof diagnose>>>

async function readDevices(tx: Database, userId: string) {
  const rows = await tx
    .select()
    .from(devices)
    .where(eq(devices.userId, userId))
    .orderBy(desc(devices.lastSeenAt), desc(devices.id))
    .limit(shownDevices)
  return rows.map(({ id, userAgent, ipAddress, createdAt, lastSeenAt }) => ({
    id,
    ...(userAgent !== null && { user_agent: userAgent }),
    ...(ipAddress !== null && { ip_address: ipAddress }),
    created_at: createdAt.toISOString(),
    last_seen_at: lastSeenAt.toISOString(),
  }))
}

/** Two looks at an index; with an "or" PostgreSQL would read every mail. */
const ofAccount = (userId: string): SQL =>
  inArray(
    mails.id,
    sql`(
      select own.id from ${mails} own where own.user_id = ${userId}
      union all select own.id from ${mails} own
        join ${mailedTokens} token on token.id = own.token_id where token.user_id = ${userId})`,
  )

/** Of somebody without an account: of a sign-up, an invitation, or a sign-in by mail. Each is found by an index. */
const ofAddress = (key: string): SQL =>
  inArray(
    mails.tokenId,
    sql`(
      select ${mailedTokens.id} from ${mailedTokens} where ${mailedTokens.signUpId} in (
        select id from sign_ups where email_key = ${key} and not registered
        union all select ${invitations.id} from ${invitations} where ${invitations.emailKey} = ${key})
      union all select ${mailedTokens.id} from ${mailedTokens}
      where ${mailedTokens.purpose} = 'sign_in' and ${mailedTokens.addressKey} = ${key})`,
  )

function reasonsOf(account: UserState, config: Config, posted: readonly ShownMail[]): Reason[] {
  const { ban, locks, password, providers, passkeys, factors } = account
  const until = (end: Date | null | undefined) => (end ? { until: end.toISOString() } : {})
  const canSignIn = password || providers.some(({ works }) => works) || passkeys.some(({ works }) => works)
  return [
    ...(ban
      ? [
          {
            name: 'banned' as const,
            says: `The account is banned${ban.until ? '' : ' for good'}: ${ban.reason ?? 'no reason is given'}`,
            ...until(ban.until),
            acts: ['unban' as const],
          },
        ]
      : []),
    ...locks.map((lock) => ({
      name: 'locked' as const,
      says: `After too many wrong tries there is a wait: ${lock.of}`,
      ...until(lock.until),
      acts: ['unlock' as const],
    })),
    ...(canSignIn || config.emailSignIn === 'on'
      ? []
      : [
          {
            name: 'no_way_in' as const,
            says: 'The account has no password, no passkey and no connection that works',
            acts: ['send-password-link' as const],
          },
        ]),
    ...providers
      .filter(({ works }) => !works)
      .map(({ slug }) => ({
        name: 'connection_dead' as const,
        says: `The provider ${slug} no longer opens the account: it is gone, or it has moved`,
        acts: password ? [] : ['send-password-link' as const],
      })),
    ...passkeys
      .filter(({ works }) => !works)
      .map((passkey) => ({
        name: 'passkey_dead' as const,
        says: `The passkey ${passkey.name} is of ${passkey.domain}, which is not configured any more`,
        acts: ['forget-passkey' as const],
      })),
    ...factors
      .filter(({ countsFrom }) => countsFrom !== null && countsFrom.getTime() > Date.now())
      .map(({ label, countsFrom }) => ({
        name: 'factor_too_new' as const,
        says: `${label} does not count as a second factor yet`,
        ...until(countsFrom),
        acts: [],
      })),
    ...reasonsOfMails(posted, ['send-password-link']),
  ]
}

function reasonsOfSignUp(config: Config, waiting: WaitingSignUp, posted: readonly ShownMail[]): Reason[] {
  return [
    {
      name: 'not_verified',
      says: 'The sign-up waits for the link in its mail; there is no account yet',
      until: waiting.ends.toISOString(),
      acts: ['resend-verification'],
    },
    ...reasonsOfPolicy(config, waiting.email),
    ...reasonsOfMails(posted, ['resend-verification']),
  ]
}

const reasonsOfNobody = (config: Config, email: string): Reason[] => [
  { name: 'no_account', says: 'No account has the address, and no sign-up of it waits', acts: ['invite'] },
  ...reasonsOfPolicy(config, email),
]

const reasonsOfPolicy = (config: Config, email: string): Reason[] =>
  maySignUp(config, email)
    ? []
    : [
        {
          name: 'sign_up_refused',
          says: 'SIGN_UP or the lists of domains let the address make no account',
          acts: ['invite'],
        },
      ]

/** Of the newest mail alone: what became of earlier ones is over. */
function reasonsOfMails([newest]: readonly ShownMail[], acts: HelpfulAct[]): Reason[] {
  if (newest === undefined) return []
  const { state, refusal, attempts, expires_at: until } = newest
  if (state === 'refused')
    return [{ name: 'mail_refused', says: `The mail server refused the last mail for good: ${refusal}`, acts }]
  if (state === 'given_up')
    return [{ name: 'mail_given_up', says: `The last mail could not be sent in time, in ${attempts} attempts`, acts }]
  if (state !== 'waits') return []
  const says = `The last mail waits to be sent, after ${attempts} failed attempts`
  return [{ name: 'mail_waits', says, until, acts: ['retry-mail'] }]
}

/** The newest refusal, with the advice of its code. */
function reasonsOfRefusals([newest]: readonly FoundRefusal[]): Reason[] {
  if (newest === undefined) return []
  const { at, method, route, code, ...explained } = newest
  const { meaning = 'Another version of the server knows this code.', acts = [] } =
    'meaning' in explained ? explained : {}
  return [{ name: 'refused', says: `${at} ${method} ${route}: ${meaning}`, code, acts }]
}

type KnownDevice = Awaited<ReturnType<typeof readDevices>>[number]

function presentAccount(account: UserState, known: KnownDevice[]) {
  const { id, email, handle, name, created, roles, ban, password, factors, passkeys, providers, locks } = account
  return {
    id,
    email,
    handle,
    display_name: name,
    created_at: created.toISOString(),
    roles,
    ...(ban && {
      ban: {
        ...(ban.reason !== null && { reason: ban.reason }),
        ...(ban.until && { until: ban.until.toISOString() }),
      },
    }),
    locks: locks.map(({ of, until }) => ({ of, until: until.toISOString() })),
    has_password: password,
    factors: factors.flatMap((factor) =>
      factor.since === null
        ? []
        : [
            {
              name: factor.name,
              since: factor.since.toISOString(),
              ...(factor.countsFrom && { counts_from: factor.countsFrom.toISOString() }),
            },
          ],
    ),
    passkeys: passkeys.map((passkey) => ({
      id: passkey.id,
      name: passkey.name,
      domain: passkey.domain,
      works: passkey.works,
      created_at: passkey.created.toISOString(),
      ...(passkey.lastUsed && { last_used_at: passkey.lastUsed.toISOString() }),
    })),
    connections: providers.map(({ slug, works }) => ({ provider: slug, works })),
    sessions: account.sessions,
    devices: known,
    events: account.events.map(({ at, type, address }) => ({
      at: at.toISOString(),
      type,
      ...(address !== null && { ip_address: address }),
    })),
  }
}

const presentSignUp = ({ id, email, handle, name, created, ends }: WaitingSignUp) => ({
  id,
  email,
  handle,
  display_name: name,
  created_at: created.toISOString(),
  expires_at: ends.toISOString(),
})

/** What stands in the way, a line each, and below it the last refusals. */
export function describeDiagnosis({ email, reasons, mails: posted, refusals: refused }: Diagnosis): string {
  const lines = reasons.map(({ name, says, until, acts }) => {
    const more = [until && `until ${until}`, acts.length > 0 && `what helps: ${acts.join(', ')}`].filter(Boolean)
    return printable(`${name.padEnd(16)} ${[says, ...more].join('; ')}`)
  })
  const ofMails = posted.map((mail) =>
    `  ${mail.created_at} ${mail.purpose}: ${mail.state} ${mail.refusal ?? ''}`.trimEnd(),
  )
  const ofRefusals = refused.map(({ at, method, route, code }) => `  ${at} ${method} ${route} ${code}`)
  return [
    lines.length === 0 ? `Nothing that is known keeps ${email} from signing in.` : lines.join('\n'),
    ...(ofMails.length === 0 ? [] : ['its mails:', ...ofMails]),
    ...(ofRefusals.length === 0 ? [] : ['last refusals:', ...ofRefusals]),
  ].join('\n')
}
