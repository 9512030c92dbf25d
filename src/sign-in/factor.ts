import type { SQL, SQLWrapper } from 'drizzle-orm'
import type { SecondStep } from '../credentials/methods.ts'

/** The account in a statement, and the passkey if one was used. */
export type Whose = { readonly userId: SQLWrapper; readonly passkeyId?: SQLWrapper }

/** A second factor, as its folder declares it; factors.ts joins them. */
export type Factor = {
  readonly name: string
  /** The name that people read. */
  readonly label: string
  /** The methods that finish a sign-in that waits for this factor. */
  readonly methods: readonly SecondStep[]
  /** In a statement about users: whether the account has the factor. */
  readonly isOn: SQL<boolean>
  /** Set if the factor is asked for only while another one is on. */
  readonly standsIn?: true
  /** In a statement about users: since when the account has the factor; null if it does not. */
  readonly onSince: SQL<Date | null>
  /** From when on the factor counts when two factors are demanded; null if the account does not have it. */
  readonly countsFrom: (whose: Whose) => SQL<Date | null>
}
