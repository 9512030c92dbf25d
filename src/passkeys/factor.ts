import { type SQL, sql } from 'drizzle-orm'
import { passkeys } from '../db/schema/passkeys.ts'
import { users } from '../db/schema/users.ts'
import type { Factor } from '../sign-in/factor.ts'

const asInstant = (instant: SQL) => instant.mapWith(passkeys.createdAt) as SQL<Date | null>

/**
 * A passkey in place of a code. Having one does not by itself demand a second step, so that nobody is locked out by it.
 * Like the codes of a new app, a passkey that was registered after a single factor counts as two only 24 hours later
 * [AT10].
 */
export const passkeyFactor = {
  name: 'passkey',
  label: 'passkeys',
  methods: ['passkey'],
  isOn: sql<boolean>`${users.passkeys} > 0`,
  standsIn: true,
  onSince: asInstant(sql`(select min(created_at) from passkeys as own
    where own.user_id = users.id and own.deleted_at is null)`),
  countsFrom: ({ userId, passkeyId }) =>
    asInstant(sql`(select min(created_at + case when is_vouched_for then interval '0' else interval '24 hours' end)
      from passkeys as own where own.user_id = ${userId} and own.deleted_at is null
        ${passkeyId === undefined ? sql`` : sql`and own.id = ${passkeyId}`})`),
} as const satisfies Factor
