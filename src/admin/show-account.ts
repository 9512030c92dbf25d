import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { isBanned } from '../accounts/banned.ts'
import { presentImages } from '../accounts/image-url.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { users } from '../db/schema/users.ts'
import { findLocks } from '../throttling/attempts.ts'
import { findRests } from '../throttling/rest.ts'
import { findAccount, listedAccount } from './list-accounts.ts'

export const showAccountRefusals = ['user:not_found', 'rate_limit:exceeded'] as const

type ShowAccountRefusal = (typeof showAccountRefusals)[number]

const time = z.iso.datetime()
const amount = z.int()

export const shownAccount = listedAccount
  .extend({
    bio: z.string().optional(),
    locale: z.string().optional(),
    time_zone: z.string().optional(),
    profile_image: z.url().optional(),
    banner_image: z.url().optional(),
    ban: z
      .object({
        reason: z.string().optional(),
        banned_at: time,
        expires_at: time.optional().meta({ description: 'absent: permanent' }),
      })
      .optional(),
    deleted_at: time.optional(),
    locks: z
      .array(z.object({ of: z.string(), until: time }))
      .meta({ description: 'what refuses the right password or code for now, after many wrong ones' }),
    counts: z.object({
      sessions: amount,
      devices: amount,
      passkeys: amount,
      connections: amount,
      waiting_mails: amount.meta({ description: 'not sent yet' }),
    }),
  })
  .meta({ id: 'ShownAccount', description: 'An account as administrators see it' })

const counts = {
  sessions: sql<number>`(select count(*)::int from sessions where user_id = users.id
    and ended_at is null and expires_at > now())`,
  devices: sql<number>`(select count(*)::int from devices where user_id = users.id)`,
  passkeys: users.passkeys,
  connections: sql<number>`(select count(*)::int from oauth_identities where user_id = users.id)`,
  waiting_mails: sql<number>`(select count(*)::int from mails where (user_id = users.id
      or token_id in (select id from mailed_tokens where user_id = users.id))
    and sent_at is null and payload is not null and expires_at > now())`,
}

/** What helps an administrator to help its owner, and nothing that opens the account [AZ5]. */
export function showAccount(
  ctx: Context<ShowAccountRefusal>,
  by: SignedIn,
  id: string,
): Promise<z.infer<typeof shownAccount>> {
  return readHeavily(ctx, { kind: 'history', owner: by.user.id }, async (db) => {
    const listed = await findAccount(db, id)
    const [found] = await db.select({ user: users, isBanned, counts }).from(users).where(eq(users.id, id))
    if (listed === undefined || found === undefined) throw ctx.fault('user:not_found')
    const { user } = found
    const locks = [...(await findLocks(db, id)), ...(await findRests(db, ctx.config, user))]
    return {
      ...listed,
      bio: user.bio ?? undefined,
      locale: user.locale ?? undefined,
      time_zone: user.timeZone ?? undefined,
      ...presentImages(ctx.config, user),
      ban:
        found.isBanned && user.bannedAt
          ? {
              reason: user.banReason ?? undefined,
              banned_at: user.bannedAt.toISOString(),
              expires_at: user.bannedUntil?.toISOString(),
            }
          : undefined,
      deleted_at: user.deletedAt?.toISOString(),
      locks: locks.map(({ of, until }) => ({ of, until: until.toISOString() })),
      counts: found.counts,
    }
  })
}
