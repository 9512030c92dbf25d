import type { Words } from '../messages/words.ts'

/** What opened an account and was taken back. */
export type Removed =
  | { readonly what: 'totp' | 'backup_codes' }
  | { readonly what: 'connection'; readonly provider: string }
  | { readonly what: 'sessions' | 'devices' | 'passkeys'; readonly count: number }

export function nameRemoved({ say }: Words, one: Removed): string {
  switch (one.what) {
    case 'totp':
    case 'backup_codes':
      return say(`mail.taken_back.${one.what}`)
    case 'connection':
      return say('mail.taken_back.connection', { provider: one.provider })
    case 'sessions':
    case 'devices':
    case 'passkeys':
      return say(`mail.taken_back.${one.what}`, { count: one.count })
  }
}
