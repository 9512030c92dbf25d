import { type SQL, sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { Factor } from '../sign-in/factor.ts'
import { totpCountsFrom } from './counts.ts'

/** Codes of an authenticator app, or the backup codes that came with it. */
export const totpFactor = {
  name: 'totp',
  label: 'TOTP',
  methods: ['totp', 'backup_code'],
  isOn: sql<boolean>`${users.totpEnabledAt} is not null`,
  onSince: sql`${users.totpEnabledAt}`.mapWith(users.totpEnabledAt) as SQL<Date | null>,
  countsFrom: totpCountsFrom,
} as const satisfies Factor
