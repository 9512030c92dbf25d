import type { Shown } from '../credentials/methods.ts'

/** What a mail says, as data; it waits sealed in the outbox. */
export type MailContent = OwnerContent | AdministratorContent

/** To the owner of an address, of what happens to the account or is to be confirmed. */
export type OwnerContent =
  | {
      readonly template: 'verify_email'
      readonly to: string
      readonly handle: string
      readonly link: string
      readonly signedUpAt: string
      /** Through whom the account will be signed in to, where it has no password. */
      readonly provider?: string | undefined
    }
  | { readonly template: 'registered_notice'; readonly to: string }
  | {
      readonly template: 'device_link'
      readonly to: string
      readonly link: string
      /** None in a mail that an older version wrote. */
      readonly shown?: Shown | undefined
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    }
  | {
      readonly template: 'new_device'
      readonly to: string
      readonly shown: Shown
      readonly userAgent?: string | undefined
      readonly ipAddress?: string | undefined
    }
  | { readonly template: 'password_reset'; readonly to: string; readonly link: string }
  | { readonly template: 'first_password'; readonly to: string; readonly link: string }
  | {
      readonly template: 'no_password_notice'
      readonly to: string
      /** None in a mail that an older version wrote. */
      readonly providers?: readonly string[] | undefined
    }
  | { readonly template: 'email_change'; readonly to: string; readonly link: string }
  | { readonly template: 'account_deletion'; readonly to: string; readonly link: string }
  | { readonly template: 'email_change_requested'; readonly to: string }
  | { readonly template: 'email_changed_old'; readonly to: string; readonly link: string }
  | { readonly template: 'email_changed_new'; readonly to: string }
  | { readonly template: 'locked_out'; readonly to: string }
  | { readonly template: 'password_changed' | 'password_set' | 'password_was_reset'; readonly to: string }
  | { readonly template: 'totp_enabled' | 'totp_disabled' | 'backup_codes_regenerated'; readonly to: string }
  | { readonly template: 'oauth_linked' | 'oauth_unlinked'; readonly to: string; readonly provider: string }
  | { readonly template: 'backup_code_used'; readonly to: string; readonly left: number }
  | {
      readonly template: 'taken_back'
      readonly to: string
      readonly link: string
      readonly by: 'owner' | 'operator'
      /** What came after this moment was removed. */
      readonly since: string
      readonly removed: readonly Removed[]
    }

/** To every administrator, of what makes somebody powerful [AT10 AT11]. */
export type AdministratorContent =
  | {
      readonly template: 'role_granted'
      readonly to: string
      readonly role: 'admin' | 'mod'
      /** Who has it now. */
      readonly handle: string
      /** Who gave it; none of the operator. */
      readonly by?: string | undefined
      readonly until?: string | undefined
    }
  | {
      readonly template: 'admin_way_in'
      readonly to: string
      /** The administrator. */
      readonly handle: string
      readonly what: 'totp' | 'connection' | 'password'
      /** Of a connection: through whom. */
      readonly provider?: string
      /** Of TOTP: whether who set it up had shown two factors. */
      readonly countsAtOnce?: boolean
    }
  | {
      readonly template: 'provider_registered'
      readonly to: string
      /** Its name in paths. */
      readonly provider: string
      /** The administrator. */
      readonly by: string
      /** Its issuer, or its endpoints. */
      readonly asks: readonly string[]
      readonly emailVerification: 'claim' | 'trusted' | 'mail'
    }
  | {
      readonly template: 'provider_deleted'
      readonly to: string
      readonly provider: string
      readonly by: string
      readonly asks: readonly string[]
      /** How many it opened, and how many of them nothing else opens. */
      readonly accounts: number
      readonly withoutOtherWay: number
    }
  | {
      readonly template: 'provider_moved'
      readonly to: string
      /** Its name in paths. */
      readonly provider: string
      /** The administrator. */
      readonly by: string
      readonly changes: readonly { readonly what: string; readonly was: string | null; readonly is: string | null }[]
      /** How many accounts it opened before; none where it is still the same issuer. */
      readonly accounts?: number | undefined
      /** It asks whom it asked before it moved. */
      readonly isBack: boolean
    }
  | {
      readonly template: 'provider_move_confirmed'
      readonly to: string
      readonly provider: string
      readonly accounts: number
    }

/** What opened an account and was taken back. */
export type Removed =
  | { readonly what: 'totp' | 'backup_codes' }
  | { readonly what: 'connection'; readonly provider: string }
  | { readonly what: 'sessions' | 'devices'; readonly count: number }
