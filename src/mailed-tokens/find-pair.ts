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

/** The names by which the browser that asks is known; undefined for an app. */
export type Home = readonly Buffer[] | undefined

/**
 * Whether the flow continues where it began: in an app, or in the same browser. Apps have no form for signing up, so a
 * sign-up that began without a browser's name continues anywhere.
 */
export function isAtHome({ anonymousDigest, purpose }: MailedToken, home: Home): boolean {
  if (anonymousDigest === null) return home === undefined || purpose === 'verify_email'
  return home?.some((digest) => digest.equals(anonymousDigest)) ?? false
}

export type FoundPair = {
  readonly token: MailedToken & { readonly codeKeyId: number }
  readonly owner: { readonly id: string; readonly email: string } | null
  /** The device that asks, if its owner's account knows it. */
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

/** Finds the pair of a code token. Refuses an unknown, used or used-up pair as such even if it has also expired. */
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
