import { sql } from 'drizzle-orm'
import type pg from 'pg'
import type { Database } from '../db/database.ts'
import { transaction } from '../db/transaction.ts'

const hourMs = 3_600_000
/** How far a count looks back that is the first, or the first for long. */
const mostHours = 30 * 24

/**
 * Afterwards every hour up to this one is counted. The last one that was counted before, and the one before it, are
 * counted again, as they had not ended, or not everything of them had: each hour is read by indices, and once it is
 * past it is not read any more.
 */
export async function countFigures({ db, pool }: { readonly db: Database; readonly pool: pg.Pool }): Promise<void> {
  const { rows } = await db.execute<{ start: number; present: number }>(sql`
    select extract(epoch from date_trunc('hour', now()))::float8 as present,
      extract(epoch from date_trunc('hour', greatest(
        coalesce((select max(hour) - interval '1 hour' from figures),
          (select min(created_at) from security_events), now()),
        now() - make_interval(hours => ${mostHours}))))::float8 as start`)
  const { start, present } = rows[0] ?? { start: 0, present: -1 }
  for (let hour = start * 1000; hour <= present * 1000; hour += hourMs) await countHour(pool, hour)
}

/** Ids are UUIDs of version 7, which begin with the milliseconds of their time: rows are found by their primary key. */
function firstIdOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

const countHour = (pool: pg.Pool, hour: number): Promise<void> =>
  transaction(pool, async (tx) => {
    const [start, end] = [new Date(hour).toISOString(), new Date(hour + hourMs).toISOString()]
    const day = start.slice(0, 10)
    const within = sql`created_at >= ${start}::timestamptz and created_at < ${end}::timestamptz`
    const events = (type: string) => sql`from security_events where type = ${type} and ${within}`
    await tx.execute(sql`
      insert into active_users (day, user_id)
      select distinct ${day}::date, user_id from security_events
      where type in ('sign_up', 'login_succeeded') and ${within} and user_id is not null
      on conflict do nothing`)
    await tx.execute(sql`
      insert into figures
        (hour, sign_ups, sign_ins, failed, sessions, active_users, mails_sent, mails_failed, counted_at)
      select ${start}::timestamptz,
        (select count(*) ${events('sign_up')}),
        (select count(*) ${events('login_succeeded')} and metadata ->> 'act' is distinct from 'reauthenticate'),
        (select count(*) ${events('login_failed')}),
        (select count(*) from sessions
          where id >= ${firstIdOf(hour)} and id < ${firstIdOf(hour + hourMs)} and kind = 'user'),
        (select count(*) from active_users where day = ${day}::date),
        (select count(*) from mails
          where kind = 'message' and sent_at >= ${start}::timestamptz and sent_at < ${end}::timestamptz),
        (select count(*) from mails where refusal is not null and ${within})
          + (select count(*) from mails where kind = 'message' and sent_at is null and refusal is null and attempts > 0
              and expires_at >= ${start}::timestamptz and expires_at < least(${end}::timestamptz, now())),
        now()
      on conflict (hour) do update set sign_ups = excluded.sign_ups, sign_ins = excluded.sign_ins,
        failed = excluded.failed, sessions = excluded.sessions,
        active_users = greatest(figures.active_users, excluded.active_users),
        mails_sent = excluded.mails_sent, mails_failed = greatest(figures.mails_failed, excluded.mails_failed),
        counted_at = excluded.counted_at`)
  })
