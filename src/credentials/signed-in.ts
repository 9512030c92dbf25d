import type { Role } from '../accounts/roles.ts'
import type { Method } from './methods.ts'

/** A live session and its user. */
export type SignedIn = {
  readonly sessionId: string
  /** Whether the session was opened or re-authenticated in the last five minutes [SE10]. */
  readonly isFresh: boolean
  /** The known device that the session was opened on. */
  readonly deviceId: string | null
  /** Whether the session's cookies outlive the browser. */
  readonly rememberMe: boolean
  /** The methods by which the user authenticated, as far as each counted at the time. */
  readonly methods: readonly Method[]
  /** Present if an administrator is in the account, and not its owner [AD5]. */
  readonly impersonation?: Impersonation
  readonly user: {
    readonly id: string
    readonly email: string
    readonly handle: string
    readonly displayName: string
    readonly bio: string | null
    /** Missing in what an older version remembered. */
    readonly locale?: string | null
    readonly timeZone?: string | null
    /** Name of a row in `files`, like `bannerImage`. */
    readonly profileImage: string | null
    readonly bannerImage: string | null
    readonly hasPassword: boolean
    readonly totpEnabled: boolean
    /** The number of passkeys. */
    readonly passkeys: number
    readonly isBanned: boolean
    readonly bannedUntil: Date | null
    readonly banReason: string | null
    readonly createdAt: Date
    /** The highest role first. */
    readonly roles: readonly Role[]
  }
}

type Impersonation = {
  /** The administrator. */
  readonly by: string
  /** Whether it may change nothing. */
  readonly readOnly: boolean
  /** Its end, in milliseconds since 1970: using it does not put it off. */
  readonly until: number
}

/** A session as it was read, and until when it may be used. Times are PostgreSQL's, in milliseconds since 1970. */
export type Remembered = {
  readonly value: SignedIn
  /** The oldest transaction that was running at that time: every change that ended before it was seen. */
  readonly transaction: number
  readonly goodUntil: number
}
