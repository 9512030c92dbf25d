import { sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { catalogue, type ErrorCode } from '../errors/catalogue.ts'
import { causeOf } from '../errors/whose-fault.ts'

export const readOverviewRefusals = ['rate_limit:exceeded'] as const

type ReadOverviewRefusal = (typeof readOverviewRefusals)[number]

type Day = Readonly<
  Record<'sign_ups' | 'sign_ins' | 'failed' | 'sessions' | 'active_users' | 'mails_sent' | 'mails_failed', number>
>

/**
 * The figures of the last days (UTC), today's last, and how often each code was answered in the last hour. It reads 24
 * counted rows a day, and of the refusals those of an hour, of which the ledger keeps a few thousand; no account.
 */
export async function findOverview(db: Database, days: number) {
  const { rows: counted } = await db.execute<Day & { day: string; counted_at: string | null }>(sql`
    select to_char(day, 'YYYY-MM-DD') as day, coalesce(sum(sign_ups), 0)::int as sign_ups,
      coalesce(sum(sign_ins), 0)::int as sign_ins, coalesce(sum(failed), 0)::int as failed,
      coalesce(sum(sessions), 0)::int as sessions, coalesce(max(active_users), 0)::int as active_users,
      coalesce(sum(mails_sent), 0)::int as mails_sent, coalesce(sum(mails_failed), 0)::int as mails_failed,
      max(counted_at)::text as counted_at
    from generate_series(((now() at time zone 'UTC')::date - ${days - 1}::int)::timestamp,
      (now() at time zone 'UTC')::date::timestamp, interval '1 day') as day
    left join figures on hour >= day at time zone 'UTC' and hour < (day + interval '1 day') at time zone 'UTC'
    group by day order by day`)
  const { rows: errors } = await db.execute<{ code: string; count: number }>(sql`
    select code, count(*)::int as count from refusals
    where refused_at > now() - interval '1 hour' group by code order by count desc, code`)
  const countedAt = counted.at(-1)?.counted_at ?? null
  return {
    days: counted.map(({ counted_at: _, ...day }) => day),
    ...(countedAt !== null && { counted_at: new Date(countedAt).toISOString() }),
    errors: errors.map(({ code, count }) => ({
      code,
      ...(code in catalogue && { cause: causeOf(code as ErrorCode) }),
      count,
    })),
  }
}

export const readOverview = (ctx: Context<ReadOverviewRefusal>, { user }: SignedIn, days: number) =>
  readHeavily(ctx, { kind: 'history', owner: user.id }, (db) => findOverview(db, days))
