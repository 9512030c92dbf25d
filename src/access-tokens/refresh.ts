import { eq, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { isBanned } from '../accounts/banned.ts'
import { heldRoles, type Role } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import { getSigningKey } from '../credentials/get-signing-key.ts'
import { tokenDigest } from '../crypto/secret-token.ts'
import { refreshFamilies, refreshTokens, sessions } from '../db/schema/sessions.ts'
import { users } from '../db/schema/users.ts'
import { retried } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { endReusedFamily } from './end-family.ts'
import { type Grant, grantTokens } from './grant.ts'
import { deriveChild } from './refresh-token.ts'
import { isLive, rotateRefreshToken } from './rotate.ts'

export const refreshRefusals = [
  'user:invalid_token',
  'user:token_expired',
  'user:banned',
  'system:token_creation_error',
] as const

type RefreshRefusal = (typeof refreshRefusals)[number]

type Presented = { readonly text: string; readonly client: Caller }

/**
 * Afterwards the token is used up and the client has its one child. A repetition within ten seconds, as after a lost
 * response, gets the same child. Any other reuse means that two parties have the token, and ends its whole family
 * [TK4].
 */
export async function refresh(ctx: Context<RefreshRefusal>, { text, client }: Presented): Promise<Grant> {
  const digest = tokenDigest('refresh', text)
  if (digest === undefined) throw ctx.fault('user:invalid_token')
  const key = getSigningKey(ctx)
  const token = { text, digest }
  const rotation = await retried(async () => (await rotate(ctx, token)) ?? (await judgeUntaken(ctx, token)))
  if (rotation.outcome === 'reused') await endReusedFamily(ctx, rotation.familyId, client)
  if (rotation.outcome === 'banned') throw ctx.fault('user:banned')
  if (rotation.outcome === 'expired') throw ctx.fault('user:token_expired')
  if (rotation.outcome !== 'child') throw ctx.fault('user:invalid_token')
  const { holder, refreshToken, issuedAtSeconds } = rotation
  ctx.lastSeen.note(holder.sessionId)
  return grantTokens(ctx, key, { ...holder, refreshToken, issuedAtSeconds })
}

type Holder = {
  readonly userId: string
  readonly sessionId: string
  readonly rememberMe: boolean
  readonly roles: readonly Role[]
}

type Rotation =
  | {
      readonly outcome: 'child'
      readonly holder: Holder
      readonly refreshToken: string
      readonly issuedAtSeconds: number
    }
  | { readonly outcome: 'reused'; readonly familyId: string }
  | { readonly outcome: 'expired' | 'banned' | 'invalid' }

type Token = { readonly text: string; readonly digest: Buffer }

const holderColumns = {
  userId: sessions.userId,
  sessionId: sessions.id,
  rememberMe: sessions.rememberMe,
  roles: heldRoles,
}

async function rotate(ctx: Context<never>, { text, digest }: Token): Promise<Rotation | undefined> {
  const { id: childKeyId } = ctx.keyring.getSealingKey()
  const child = deriveChild(ctx.keyring, text, childKeyId)
  const ttlSeconds = ctx.config.refreshTokenTtlSeconds
  const rotated = await rotateRefreshToken(ctx.pool, { digest, child, childKeyId, ttlSeconds })
  if (rotated === undefined) return undefined
  const { issuedAtSeconds, ...holder } = rotated
  return { outcome: 'child', holder, refreshToken: child.text, issuedAtSeconds }
}

const repeatableFor = sql`interval '10 seconds'`
const children = alias(refreshTokens, 'children')

/** Why `rotate` did not take the token. A repetition whose child is still unused gets the child again. */
async function judgeUntaken(ctx: Context<never>, { text, digest }: Token): Promise<Rotation> {
  const [found] = await ctx.db
    .select({
      familyId: refreshTokens.familyId,
      childKeyId: refreshTokens.childKeyId,
      ended: sql<boolean>`${refreshFamilies.endedAt} is not null`,
      expired: sql<boolean>`${refreshTokens.expiresAt} <= now()`,
      repeated: sql<boolean>`${refreshTokens.rotatedAt} > now() - ${repeatableFor} and ${children.rotatedAt} is null`,
      live: isLive,
      banned: isBanned,
      holder: holderColumns,
      nowSeconds: sql<number>`extract(epoch from now())::float8`,
    })
    .from(refreshTokens)
    .innerJoin(refreshFamilies, eq(refreshFamilies.id, refreshTokens.familyId))
    .innerJoin(sessions, eq(sessions.id, refreshFamilies.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(children, eq(children.parentId, refreshTokens.id))
    .where(eq(refreshTokens.digest, digest))
  if (found === undefined || found.ended) return { outcome: 'invalid' }
  const { familyId, childKeyId, holder, nowSeconds: issuedAtSeconds } = found
  if (childKeyId !== null && !found.repeated) return { outcome: 'reused', familyId }
  if (childKeyId === null && found.expired) return { outcome: 'expired' }
  if (!found.live) return { outcome: 'invalid' }
  if (found.banned) return { outcome: 'banned' }
  if (childKeyId === null) return { outcome: 'invalid' }
  return { outcome: 'child', holder, refreshToken: deriveChild(ctx.keyring, text, childKeyId).text, issuedAtSeconds }
}
