import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { handleKey } from '../../accounts/fields.ts'
import { auditEach } from '../../accounts/history.ts'
import { violatesUnique } from '../../db/failure.ts'
import type { Transaction } from '../../db/transaction.ts'
import type { Wish } from './read-wish.ts'

/** An address or handle was taken between the check and the write. */
export class Conflict extends Error {}

export type NewAccount = { readonly wish: Wish; readonly handle: string }

/**
 * Afterwards each is an account with a verified address. Writes all of them in a few statements, since the round trip
 * costs more than the insert.
 * @throws {Conflict} if an address or handle is taken; the caller's transaction must then be rolled back
 */
export async function writeAccounts(tx: Transaction, accounts: readonly NewAccount[]): Promise<void> {
  if (accounts.length === 0) return
  const ids = accounts.map(() => randomUUIDv7())
  const column = <Value>(of: (account: NewAccount) => Value | undefined) =>
    sql.param(accounts.map((account) => of(account) ?? null))
  try {
    await tx.execute(sql`
      insert into users (id, email, email_key, handle, display_name, locale, password_hash, created_at)
      select id, email, email_key, handle, display_name, locale, password_hash, coalesce(created_at, now())
      from unnest(
        ${sql.param(ids)}::uuid[], ${column(({ wish }) => wish.email)}::text[],
        ${column(({ wish }) => wish.emailKey)}::text[],
        ${column(({ handle }) => handle)}::text[], ${column(({ wish, handle }) => wish.displayName ?? handle)}::text[],
        ${column(({ wish }) => wish.locale)}::text[], ${column(({ wish }) => wish.passwordHash)}::text[],
        ${column(({ wish }) => wish.createdAt?.toISOString())}::timestamptz[]
      ) as account (id, email, email_key, handle, display_name, locale, password_hash, created_at)`)
  } catch (error) {
    throw violatesUnique(error, 'users_email_key_unique') ? new Conflict() : error
  }
  // As in take-handle, an expired reservation is free. Rows are in the order of their keys, so that two imports cannot
  // deadlock.
  const { rowCount } = await tx.execute(sql`
    insert into handles (key, user_id)
    select key, user_id
    from unnest(${column(({ handle }) => handleKey(handle))}::text[],
      ${sql.param(ids)}::uuid[]) as handle (key, user_id)
    order by key
    on conflict (key) do update set user_id = excluded.user_id, sign_up_id = null, expires_at = null
    where handles.expires_at <= now()`)
  if (rowCount !== accounts.length) throw new Conflict()
  await auditEach(tx, { type: 'sign_up', userIds: ids, metadata: { imported: 'true' } })
}
