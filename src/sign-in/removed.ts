import { oneLine } from '../mail/letter.ts'

/** What opened an account and was taken back. */
export type Removed =
  | { readonly what: 'totp' | 'backup_codes' }
  | { readonly what: 'connection'; readonly provider: string }
  | { readonly what: 'sessions' | 'devices' | 'passkeys'; readonly count: number }

export function nameRemoved(one: Removed): string {
  switch (one.what) {
    case 'totp':
      return 'two-step sign-in, with its backup codes'
    case 'backup_codes':
      return 'backup codes'
    case 'connection':
      return `the sign-in through ${oneLine(one.provider)}`
    case 'sessions':
      return one.count === 1 ? 'one session' : `${one.count} sessions`
    case 'passkeys':
      return one.count === 1 ? 'one passkey' : `${one.count} passkeys`
    case 'devices':
      return one.count === 1 ? 'one device' : `${one.count} devices`
  }
}
