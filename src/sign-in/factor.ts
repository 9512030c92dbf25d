import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { SecondStep } from '../credentials/methods.ts'

/** Whose it is, in a statement, and where it was a passkey which. */
export type Whose = { readonly userId: SQLWrapper; readonly passkeyId?: SQLWrapper }

/** A second factor, as the room that has it declares it; factors.ts joins them. */
export type Factor = {
  readonly name: string
  /** For people. */
  readonly label: string
  /** By which a sign-in goes on that waits for it. */
  readonly methods: readonly SecondStep[]
  /** In a statement about users: whether the account has it. */
  readonly isOn: SQL<boolean>
  /** Asked for only where another one is on. */
  readonly standsIn?: true
  /** In a statement about users: since when; null where it does not have it. */
  readonly onSince: SQL<Date | null>
  /** From when on it shows that two factors were shown; null where the account does not have it. */
  readonly countsFrom: (whose: Whose) => SQL<Date | null>
}
