import { randomUUIDv7 } from 'node:crypto'
import { and, eq, isNull, lt, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { deviceDigestOf, isKnownDevice } from '../credentials/devices.ts'
import type { Method } from '../credentials/methods.ts'
import { makeToken, tokenDigest } from '../crypto/secret-token.ts'
import { prepared } from '../db/prepared.ts'
import { pendingLogins } from '../db/schema/pending-logins.ts'
import { devices, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'

const mostTries = 5

type NewPending = {
  readonly userId: string
  readonly rememberMe: boolean
  readonly methods: readonly Method[]
  readonly ttlSeconds: number
}

/** Afterwards a login waits for its second factor. Its token is good for nothing else [SE7]. */
export async function issuePendingLogin(
  tx: Transaction,
  { userId, rememberMe, methods, ttlSeconds }: NewPending,
): Promise<string> {
  const { text, digest } = makeToken('temporaryLogin')
  await issueStatement(tx).execute({ id: randomUUIDv7(), userId, digest, rememberMe, methods, ttlSeconds })
  return text
}

const issueStatement = prepared((tx) =>
  tx
    .insert(pendingLogins)
    .values({
      id: sql.placeholder('id'),
      userId: sql.placeholder('userId'),
      digest: sql.placeholder('digest'),
      rememberMe: sql.placeholder('rememberMe'),
      methods: sql.placeholder('methods'),
      expiresAt: sql`now() + make_interval(secs => ${sql.placeholder('ttlSeconds')})`,
    })
    .prepare('issue_pending_login'),
)

type Refusal = 'totp:temp_token_invalid' | 'totp:temp_token_expired'

export type PendingLogin = {
  readonly id: string
  readonly rememberMe: boolean
  /** The methods of the first step. */
  readonly methods: readonly Method[]
  readonly user: { readonly id: string; readonly email: string; readonly emailKey: string }
  /** The device that asks, if the account knows it. */
  readonly deviceId: string | null
}

type Presented = { readonly tempToken: string; readonly deviceToken: string | undefined }

/** Finds the login of a token. Refuses an unknown, used or used-up one as such even if it has also expired. */
export async function getPendingLogin(
  ctx: Context<Refusal>,
  { tempToken, deviceToken }: Presented,
): Promise<PendingLogin> {
  const digest = tokenDigest('temporaryLogin', tempToken)
  if (digest === undefined) throw ctx.fault('totp:temp_token_invalid')
  const [found] = await findStatement(ctx.db).execute({ digest, deviceDigest: deviceDigestOf(deviceToken) })
  if (found === undefined || found.isOver) throw ctx.fault('totp:temp_token_invalid')
  if (found.isExpired) throw ctx.fault('totp:temp_token_expired')
  const { id, rememberMe, methods, user, deviceId } = found
  return { id, rememberMe, methods, user, deviceId }
}

const findStatement = prepared((db) =>
  db
    .select({
      id: pendingLogins.id,
      rememberMe: pendingLogins.rememberMe,
      methods: pendingLogins.methods,
      user: { id: users.id, email: users.email, emailKey: users.emailKey },
      deviceId: devices.id,
      isOver: sql<boolean>`${pendingLogins.usedAt} is not null or ${pendingLogins.endedAt} is not null
        or ${pendingLogins.tries} >= ${mostTries}`,
      isExpired: sql<boolean>`${pendingLogins.expiresAt} <= now()`,
    })
    .from(pendingLogins)
    .innerJoin(users, eq(users.id, pendingLogins.userId))
    .leftJoin(devices, isKnownDevice)
    .where(eq(pendingLogins.digest, sql.placeholder('digest')))
    .prepare('find_pending_login'),
)

const isWaiting = and(
  eq(pendingLogins.id, sql.placeholder('id')),
  isNull(pendingLogins.usedAt),
  isNull(pendingLogins.endedAt),
  sql`${pendingLogins.expiresAt} > now()`,
)

/** Counts a try before the code is checked, outside of any transaction whose rollback would give it back. */
export async function countTry(ctx: Context<'totp:temp_token_invalid'>, id: string): Promise<void> {
  const counted = await countStatement(ctx.db).execute({ id })
  if (counted.length === 0) throw ctx.fault('totp:temp_token_invalid')
}

const countStatement = prepared((db) =>
  db
    .update(pendingLogins)
    .set({ tries: sql`${pendingLogins.tries} + 1` })
    .where(and(isWaiting, lt(pendingLogins.tries, mostTries)))
    .returning({ id: pendingLogins.id })
    .prepare('count_try_at_pending_login'),
)

/** Takes the login. Refuses if another request took it, or if it has ended or expired. */
export async function takePendingLogin(
  ctx: Context<'totp:temp_token_invalid'>,
  tx: Transaction,
  id: string,
): Promise<void> {
  const taken = await takeStatement(tx).execute({ id })
  if (taken.length === 0) throw ctx.fault('totp:temp_token_invalid')
}

const takeStatement = prepared((tx) =>
  tx
    .update(pendingLogins)
    .set({ usedAt: sql`now()` })
    .where(isWaiting)
    .returning({ id: pendingLogins.id })
    .prepare('take_pending_login'),
)
