import { is } from 'drizzle-orm'
import { toSnakeCase } from 'drizzle-orm/casing'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import * as contracts from './schema/contracts.ts'
import * as events from './schema/events.ts'
import * as figures from './schema/figures.ts'
import * as files from './schema/files.ts'
import * as invitations from './schema/invitations.ts'
import * as limits from './schema/limits.ts'
import * as mails from './schema/mails.ts'
import * as moderation from './schema/moderation.ts'
import * as oauth from './schema/oauth.ts'
import * as passkeys from './schema/passkeys.ts'
import * as pendingLogins from './schema/pending-logins.ts'
import * as refusals from './schema/refusals.ts'
import * as replicas from './schema/replicas.ts'
import * as sessions from './schema/sessions.ts'
import * as totp from './schema/totp.ts'
import * as users from './schema/users.ts'

const rooms = [
  contracts,
  events,
  figures,
  files,
  invitations,
  limits,
  mails,
  moderation,
  oauth,
  passkeys,
  pendingLogins,
  refusals,
  replicas,
  sessions,
  totp,
  users,
]

const needed = rooms
  .flatMap((room) => Object.values<unknown>(room))
  .filter((table) => is(table, PgTable))
  .map((table) => getTableConfig(table as PgTable))
  .flatMap(({ name, columns }) => columns.map((column) => ({ table: name, column: columnName(column) })))

function columnName({ name, keyAsName }: { readonly name: string; readonly keyAsName: boolean }): string {
  return keyAsName ? toSnakeCase(name) : name
}

const statement = {
  name: 'missing_columns',
  text: `select needed.t || '.' || needed.c as missing
    from unnest($1::text[], $2::text[]) as needed(t, c)
    left join pg_attribute found
      on found.attrelid = to_regclass(needed.t) and found.attname = needed.c and not found.attisdropped
    where found.attname is null
    limit 1`,
  values: [needed.map(({ table }) => table), needed.map(({ column }) => column)],
}

/**
 * Finds a column that this program needs and the database lacks, because a table is gone or migrations are missing.
 * Columns of later migrations do no harm. Returns undefined if none is missing.
 */
export async function findMissingColumn(database: pg.Pool | pg.Client): Promise<string | undefined> {
  const { rows } = await database.query<{ missing: string }>(statement)
  return rows[0]?.missing
}
