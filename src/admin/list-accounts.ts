import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { isBanned } from '../accounts/banned.ts'
import { heldRoles, type Role, roles } from '../accounts/roles.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Database } from '../db/database.ts'
import { pageOf } from '../db/keyset.ts'
import { readHeavily } from '../db/read-heavily.ts'
import { signUps, users } from '../db/schema/users.ts'
import { accountConditions, type Filters, type Status, statuses } from './find-accounts.ts'
import { waitingConditions } from './find-waiting.ts'
import { type Order, type Place, readCursor, writeCursor } from './page-cursor.ts'

export const listAccountsRefusals = ['general:bad_request', 'rate_limit:exceeded'] as const

type ListAccountsRefusal = (typeof listAccountsRefusals)[number]

const time = z.iso.datetime()

export const listedAccount = z
  .object({
    id: z.uuid(),
    email: z.string(),
    handle: z.string(),
    display_name: z.string(),
    status: z.enum(statuses).meta({ description: '`waiting`: a sign-up whose address is not proven yet' }),
    roles: z.array(z.enum(roles)).meta({ description: 'the highest first' }),
    created_at: time,
    last_seen_at: time.optional().meta({ description: 'up to an hour late' }),
    factors: z
      .array(z.string())
      .meta({ description: '`password`, `totp`, `passkey`, and `oauth:` with the slug of each provider' }),
  })
  .meta({ id: 'ListedAccount', description: 'An account in a list of administrators' })

export const accountPage = z.object({
  data: z.array(listedAccount),
  next_cursor: z.string().optional(),
  approximate_total: z.int().meta({
    description: 'exact up to 1,000; 1,001: more than that; without filters an estimate of all',
  }),
})

/** More are not counted. */
const mostCounted = 1000

export type Wish = Order & { readonly filters: Filters; readonly limit: number; readonly cursor: string | undefined }

/** One page of accounts, or of sign-ups that wait, and about how many there are; in one statement. */
export async function listAccounts(
  ctx: Context<ListAccountsRefusal>,
  by: SignedIn,
  { filters, limit, cursor, ...order }: Wish,
): Promise<z.infer<typeof accountPage>> {
  const from = cursor === undefined ? undefined : readCursor(cursor, order)
  if (cursor !== undefined && from === undefined)
    throw ctx.fault('general:bad_request', { fields: [{ path: '/cursor', rule: 'format' }] })
  const source = filters.status === 'waiting' ? ofSignUps(filters) : ofAccounts(filters)
  const found = await readHeavily(ctx, { kind: 'history', owner: by.user.id }, (db) =>
    readPage(db, source, { order, from, limit }),
  )
  const page = pageOf(found.rows, { limit, present, cursorOf: ({ key, id }) => writeCursor(order, { key, id }) })
  return { ...page, approximate_total: found.total }
}

type Source = {
  readonly table: SQL
  readonly id: SQL
  readonly columns: SQL
  readonly conditions: SQL
  /** What each order sorts by. */
  readonly sortedBy: Readonly<Record<Order['sort'], SQL>>
  /** How many there are if nothing is asked for; undefined if that must be counted. */
  readonly estimate?: SQL
  /** Part of a text is looked for, which the indexes of the orders do not help to find. */
  readonly isSearch?: boolean
}

const neverSeen = sql`'-infinity'::timestamptz`

const ofAccounts = (filters: Filters): Source => ({
  table: sql`${users}`,
  id: sql`${users.id}`,
  columns: sql`${users.email}, ${users.handle}, ${users.displayName}, ${users.createdAt}, ${users.lastSeenAt},
    case when ${users.deletedAt} is not null then 'deleted' when ${isBanned} then 'banned' else 'active' end as status,
    ${heldRoles} as roles, ${factors} as factors`,
  conditions: accountConditions(filters),
  isSearch: filters.query !== undefined,
  sortedBy: {
    created_at: sql`${users.createdAt}`,
    last_seen_at: sql`coalesce(${users.lastSeenAt}, '-infinity')`,
    email: sql`${users.emailKey}`,
  },
  ...(Object.values(filters).every((one) => one === undefined) && {
    estimate: sql`(select reltuples::int from pg_class where oid = 'users'::regclass)`,
  }),
})

const factors = sql`array_remove(array[
    case when ${users.passwordHash} is not null then 'password' end,
    case when ${users.totpEnabledAt} is not null then 'totp' end,
    case when ${users.passkeys} > 0 then 'passkey' end], null)
  || array(select 'oauth:' || coalesce(p.slug, i.provider_id) from oauth_identities i
    left join oauth_providers p on p.id::text = i.provider_id where i.user_id = ${users.id} order by i.created_at)`

const ofSignUps = (filters: Filters): Source => ({
  table: sql`${signUps}`,
  id: sql`${signUps.id}`,
  columns: sql`${signUps.email}, ${signUps.handle}, ${signUps.displayName}, ${signUps.createdAt},
    null::timestamptz as last_seen_at, 'waiting' as status, '{}'::text[] as roles, '{}'::text[] as factors`,
  conditions: waitingConditions(filters),
  sortedBy: { created_at: sql`${signUps.createdAt}`, last_seen_at: neverSeen, email: sql`${signUps.emailKey}` },
})

/** Times as PostgreSQL writes them. */
type Row = {
  readonly id: string
  readonly key: string
  readonly email: string
  readonly handle: string
  readonly display_name: string
  readonly created_at: string
  readonly last_seen_at: string | null
  readonly status: Status
  readonly roles: readonly Role[]
  readonly factors: readonly string[]
}

/** One account, as lists show it. */
export async function findAccount(db: Database, id: string): Promise<z.infer<typeof listedAccount> | undefined> {
  const { table, columns, id: column } = ofAccounts({})
  const { rows } = await db.execute<Omit<Row, 'key'>>(
    sql`select ${column}, ${columns} from ${table} where ${column} = ${id}::uuid`,
  )
  return rows[0] && present(rows[0])
}

type Part = { readonly order: Order; readonly from: Place | undefined; readonly limit: number }

/**
 * What a search finds is found first, in no order, and then sorted. If it finds more than is counted, the accounts are
 * gone through in their order instead, until a page is full. Of the two parts of the statement one finds nothing.
 */
async function readPage(db: Database, source: Source, { order, from, limit }: Part) {
  const { table, id, columns, conditions, estimate, isSearch = false } = source
  const by = source.sortedBy[order.sort]
  const isTime = order.sort !== 'email'
  const [turn, beyond] = order.direction === 'asc' ? [sql`asc`, sql`>`] : [sql`desc`, sql`<`]
  const key = isTime
    ? sql`case when isfinite(${by}) then to_char(${by} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        else '-infinity' end`
    : by
  const start =
    from && sql`and (${by}, ${id}) ${beyond} (${from.key}::${isTime ? sql`timestamptz` : sql`text`}, ${from.id}::uuid)`
  const page = (where: SQL) => sql`(
    select ${id}, ${key} as key, ${columns} from ${table} where ${where} ${start ?? sql``}
    order by ${by} ${turn}, ${id} ${turn} limit ${limit + 1})`
  const counted = sql`(select count(*)::int from (
    select from ${table} where ${conditions} order by ${by} ${turn} limit ${mostCounted + 1}) counted)`
  const total = estimate ? sql`case when ${estimate} > ${mostCounted} then ${estimate} else ${counted} end` : counted
  // The total is there without rows, too.
  const { rows } = await db.execute<{ readonly total: number } & (Row | { readonly id: null })>(
    isSearch
      ? sql`with found as materialized (select ${id} from ${table} where ${conditions} limit ${mostCounted + 1}),
          total as materialized (select count(*)::int as total from found)
        select total.total, page.* from total left join lateral (
          ${page(sql`(select total from total) <= ${mostCounted} and ${id} in (select found.id from found)`)} union all
          ${page(sql`(select total from total) > ${mostCounted} and ${conditions}`)}) page on true`
      : sql`select total.total, page.* from (select ${total} as total) total
          left join lateral ${page(conditions)} page on true`,
  )
  return { total: rows[0]?.total ?? 0, rows: rows.filter((row): row is { total: number } & Row => row.id !== null) }
}

const present = (row: Omit<Row, 'key'>): z.infer<typeof listedAccount> => ({
  id: row.id,
  email: row.email,
  handle: row.handle,
  display_name: row.display_name,
  status: row.status,
  roles: [...row.roles],
  created_at: new Date(row.created_at).toISOString(),
  ...(row.last_seen_at !== null && { last_seen_at: new Date(row.last_seen_at).toISOString() }),
  factors: [...row.factors],
})
