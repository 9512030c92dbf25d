import type { Role } from '../accounts/roles.ts'
import type { Method } from './methods.ts'

/** A live session and whose it is. */
export type SignedIn = {
  readonly sessionId: string
  /** Opened or re-authenticated in the last five minutes [SE10]. */
  readonly isFresh: boolean
  /** The known device that it was opened on. */
  readonly deviceId: string | null
  /** Whether its cookies outlive the browser. */
  readonly rememberMe: boolean
  /** By what its holder has shown who they are, as far as it counted when it was shown. */
  readonly methods: readonly Method[]
  readonly user: {
    readonly id: string
    readonly email: string
    readonly handle: string
    readonly displayName: string
    readonly bio: string | null
    /** Names of its files. */
    readonly profileImage: string | null
    readonly bannerImage: string | null
    readonly hasPassword: boolean
    readonly totpEnabled: boolean
    /** How many it has. */
    readonly passkeys: number
    readonly isBanned: boolean
    readonly bannedUntil: Date | null
    readonly banReason: string | null
    readonly createdAt: Date
    /** The highest first. */
    readonly roles: readonly Role[]
  }
}

/** What was read of a session, and what it is good for. Times are PostgreSQL's, in milliseconds since 1970. */
export type Remembered = {
  readonly value: SignedIn
  /** The oldest transaction that was running when it was read: what ended before is in it. */
  readonly transaction: number
  readonly goodUntil: number
}
