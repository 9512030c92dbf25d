import { eq, sql } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import type { Digits, Link } from '../accounts/link-or-digits.ts'
import { signUpPolicyRefusals } from '../accounts/sign-up-policy.ts'
import type { Context } from '../context.ts'
import { deviceDigestOf, isKnownDevice } from '../credentials/devices.ts'
import { prepared } from '../db/prepared.ts'
import { devices, users } from '../db/schema/users.ts'
import { type Transaction, together } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type Home, isAtHome } from '../mailed-tokens/find-pair.ts'
import { digitRefusals, proveDigits } from '../mailed-tokens/prove-digits.ts'
import { type MailedToken, peekMailedToken, takeMailedToken } from '../mailed-tokens/take.ts'
import { continueLogin } from '../sign-in/continue.ts'
import { factorsOn } from '../sign-in/factors.ts'
import { signIn } from '../sign-in/finish.ts'
import type { FactorOutcome, SessionOutcome, SignUpOutcome } from '../sign-in/reply.ts'
import { emailKey } from '../text/email.ts'
import { beginSignUp } from './begin-sign-up.ts'

export const signInByEmailRefusals = [
  ...digitRefusals,
  'token:invalid_sign_in',
  'token:expired_sign_in',
  'token:email_mismatch',
  'general:bad_request',
  'user:banned',
  ...signUpPolicyRefusals,
  'FORBIDDEN',
] as const

type SignInByEmailRefusal = (typeof signInByEmailRefusals)[number]

type Attempt = {
  readonly shown: Link | Digits
  readonly home: Home
  /** The address of the account whose live session the posting browser has. */
  readonly browserEmail: string | undefined
  readonly deviceToken: string | undefined
  /** Gives the posting browser a name, if a sign-up goes on in it. Returns the digest; undefined for an app. */
  readonly nameBrowser: () => Buffer | undefined
  readonly client: Caller
}

/**
 * Afterwards the client has a session on a known device, or waits for a second factor, as a mailbox is one factor and
 * never two [MF5]. If no account has the address, a sign-up waits for its handle. Link and digits are both used up
 * [MC4].
 */
export async function signInByEmail(
  ctx: Context<SignInByEmailRefusal>,
  attempt: Attempt,
): Promise<SessionOutcome | FactorOutcome | SignUpOutcome> {
  const { shown, deviceToken, client } = attempt
  const isLink = 'token' in shown
  const gone = isLink ? 'token:invalid_sign_in' : 'email:invalid_code_token'
  const late = isLink ? 'token:expired_sign_in' : 'email:code_token_expired'
  const { token, endCount } = isLink
    ? { token: await readLink(ctx, shown, attempt), endCount: undefined }
    : await proveDigitsOf(ctx, shown, attempt)
  const take = async (tx: Transaction): Promise<void> => {
    const taken = await takeMailedToken(tx, { token: { id: token.id }, purpose: 'sign_in' })
    if (typeof taken === 'string') throw ctx.fault(taken === 'expired' ? late : gone)
  }
  if (token.userId === null) {
    if (ctx.config.emailSignUp === 'off') throw ctx.fault(gone)
    await endCount?.(ctx.db)
    return beginSignUp(ctx, token, { take, gone, nameBrowser: attempt.nameBrowser })
  }
  const found = await findLogin(ctx, token.userId, deviceToken)
  if (found === undefined) throw ctx.fault(gone)
  const { rememberMe } = token
  const step = { ...found, rememberMe, shown: { methods: ['mail'] }, client } as const
  return continueLogin(ctx, step, take, (signingIn, claim) =>
    signIn(ctx, signingIn, async (tx, account) => {
      await together([claim(tx, account), endCount?.(tx)])
    }),
  )
}

type Where = Pick<Attempt, 'home' | 'browserEmail'>

/**
 * The link works in any browser. Outside the one where the sign-in began, the address must be sent as well: scanners
 * that click on links cannot type it, and a victim of a planted link would type another one [MC3 MC7].
 */
async function readLink(
  ctx: Context<SignInByEmailRefusal>,
  { token: posted, email }: Link,
  where: Where,
): Promise<MailedToken> {
  const addressKey = email === undefined ? undefined : emailKey(email)
  const token = await peekMailedToken(ctx.db, { token: posted, purpose: 'sign_in', addressKey })
  if (token === 'mismatch') throw ctx.fault('token:email_mismatch')
  if (token === 'expired') throw ctx.fault('token:expired_sign_in')
  if (typeof token === 'string') throw ctx.fault('token:invalid_sign_in')
  if (email === undefined && !isAtHome(token, where.home)) {
    const details = 'This is not where the sign-in began: send the address with it, as its owner types it.'
    throw ctx.fault('general:bad_request', { details, fields: [{ path: '/email', rule: 'required' }] })
  }
  refuseOther(ctx, token, where)
  return token
}

function proveDigitsOf(
  ctx: Context<SignInByEmailRefusal>,
  digits: Digits,
  { deviceToken, client, ...where }: Where & Pick<Attempt, 'deviceToken' | 'client'>,
): ReturnType<typeof proveDigits> {
  const mayTry = ({ token }: { readonly token: MailedToken }) => refuseOther(ctx, token, where)
  return proveDigits(ctx, { ...digits, purpose: 'sign_in', home: where.home, deviceToken, client, mayTry })
}

/** A link that somebody else planted must not switch a signed-in browser to another account (login CSRF). */
function refuseOther(ctx: Context<'FORBIDDEN'>, { addressKey }: MailedToken, { browserEmail }: Where): void {
  if (browserEmail === undefined || emailKey(browserEmail) === addressKey) return
  throw ctx.fault('FORBIDDEN', { details: 'Sign out first: this browser holds a session of another account.' })
}

async function findLogin({ db }: Context<never>, userId: string, deviceToken: string | undefined) {
  const [found] = await findStatement(db).execute({ userId, deviceDigest: deviceDigestOf(deviceToken) })
  return found
}

const findStatement = prepared((db) =>
  db
    .select({
      user: { id: users.id, email: users.email, emailKey: users.emailKey, factors: factorsOn, isBanned },
      deviceId: devices.id,
    })
    .from(users)
    .leftJoin(devices, isKnownDevice)
    .where(sql`${eq(users.id, sql.placeholder('userId'))}`)
    .prepare('find_mailed_login'),
)
