import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { deviceDigestOf, isKnownDevice } from '../credentials/devices.ts'
import { tokenDigest } from '../crypto/secret-token.ts'
import { prepared } from '../db/prepared.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Purpose } from './issue.ts'
import type { MailedToken } from './take.ts'

export const mostTries = 5

/** The names that the browser that asks has for itself; an app has none. */
export type Home = readonly Buffer[] | undefined

/**
 * Whether it is asked where it began: an app has what began in an app, a browser what it began itself. A sign-up has no
 * form for apps: one that began where there was no name goes on anywhere.
 */
export function isAtHome({ anonymousDigest, purpose }: MailedToken, home: Home): boolean {
  if (anonymousDigest === null) return home === undefined || purpose === 'verify_email'
  return home?.some((digest) => digest.equals(anonymousDigest)) ?? false
}

export type FoundPair = {
  readonly token: MailedToken & { readonly codeKeyId: number }
  readonly owner: { readonly id: string; readonly email: string } | null
  /** The owner's device that asks, where it is known. */
  readonly deviceId: string | null
  /** By the database's clock. */
  readonly now: Date
}

type Asked = {
  readonly codeToken: string
  readonly purposes: readonly Purpose[]
  readonly home: Home
  readonly deviceToken?: string | undefined
}

/** The pair of that code token; unknown, used and used up come before expired. */
export async function findPair(
  ctx: Context<'email:invalid_code_token' | 'email:code_token_expired'>,
  { codeToken, purposes, home, deviceToken }: Asked,
): Promise<FoundPair> {
  const digest = tokenDigest('mailedCode', codeToken)
  if (digest === undefined) throw ctx.fault('email:invalid_code_token')
  const [found] = await findStatement(ctx.db).execute({ digest, deviceDigest: deviceDigestOf(deviceToken) })
  if (found === undefined || found.isOver) throw ctx.fault('email:invalid_code_token')
  const { token, owner, deviceId, isExpired, now } = found
  if (!hasKey(token) || !purposes.includes(token.purpose) || !isAtHome(token, home))
    throw ctx.fault('email:invalid_code_token')
  if (isExpired) throw ctx.fault('email:code_token_expired')
  return { token, owner, deviceId, now }
}

const hasKey = (token: MailedToken): token is FoundPair['token'] => token.codeKeyId !== null

const findStatement = prepared((db) =>
  db
    .select({
      token: mailedTokens,
      owner: { id: users.id, email: users.email },
      deviceId: devices.id,
      isOver: sql<boolean>`${mailedTokens.usedAt} is not null or ${mailedTokens.supersededAt} is not null
        or ${mailedTokens.tries} >= ${mostTries}`,
      isExpired: sql<boolean>`${mailedTokens.expiresAt} <= now()`,
      now: sql<Date>`now()`.mapWith(mailedTokens.createdAt),
    })
    .from(mailedTokens)
    .leftJoin(users, eq(users.id, mailedTokens.userId))
    .leftJoin(devices, isKnownDevice)
    .where(eq(mailedTokens.codeTokenDigest, sql.placeholder('digest')))
    .prepare('find_pair'),
)
