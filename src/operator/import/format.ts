import type { Fields } from './entry.ts'
import type { Layout } from './read-entries.ts'

/** The fields of an account as the export has them, not checked yet. */
export type Found = {
  /** The id by which another file or list has the account's hash. */
  readonly id?: unknown
  readonly email: unknown
  /** Unset if the other system does not say whether the address is verified. */
  readonly isVerified?: boolean
  readonly isDisabled?: boolean
  /** Names to make a handle of, the best first. `handle` instead is taken as it is or the account is refused. */
  readonly names?: readonly unknown[]
  readonly handle?: unknown
  readonly displayName?: unknown
  readonly locale?: unknown
  readonly passwordHash?: unknown
  readonly createdAt?: unknown
}

/** How the accounts of one system are read; every file in `from` exports one. */
export type Format = {
  readonly layout: Layout
  readonly find: (record: Fields) => Found
  /** Set if the hashes are apart from the accounts: in another list of the same file, or in another file. */
  readonly hashes?: {
    readonly layout: Layout
    readonly isInSameFile: boolean
    readonly find: (record: Fields) => { readonly id: unknown; readonly passwordHash: unknown }
  }
}
