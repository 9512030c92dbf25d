import type { Fields } from './entry.ts'
import type { Layout } from './read-entries.ts'

/** What an export says of an account, as it stands there: nothing of it was looked at. */
export type Found = {
  /** Under which another file or list has its hash. */
  readonly id?: unknown
  readonly email: unknown
  /** Only where the system says whether it is. */
  readonly isVerified?: boolean
  readonly isDisabled?: boolean
  /** Names that a handle may be made of, the best first; `handle` instead has to be free as it is. */
  readonly names?: readonly unknown[]
  readonly handle?: unknown
  readonly displayName?: unknown
  readonly passwordHash?: unknown
  readonly createdAt?: unknown
}

/** How accounts of one system are read: the door of every file in `from`. */
export type Format = {
  readonly layout: Layout
  readonly find: (record: Fields) => Found
  /** Where the hashes stand apart: in a list of the same file, or in a file of its own. */
  readonly hashes?: {
    readonly layout: Layout
    readonly isInSameFile: boolean
    readonly find: (record: Fields) => { readonly id: unknown; readonly passwordHash: unknown }
  }
}
