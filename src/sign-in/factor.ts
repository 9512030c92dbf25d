import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { SecondStep } from '../credentials/methods.ts'

/** A second factor, as the room that has it declares it; factors.ts joins them. */
export type Factor = {
  readonly name: string
  /** For people. */
  readonly label: string
  /** By which a sign-in goes on that waits for it. */
  readonly methods: readonly SecondStep[]
  /** In a statement about users: whether the account has it. */
  readonly isOn: SQL<boolean>
  /** Since when; null where it does not have it. */
  readonly onSince: PgColumn
  /** From when on it shows that two factors were shown; null where the account does not have it. */
  readonly countsFrom: (userId: SQLWrapper) => SQL<Date | null>
}
