import { accountLetters } from '../account/letters.ts'
import { administratorLetters } from '../accounts/letters.ts'
import { emailLetters } from '../email/letters.ts'
import { impersonationLetters } from '../impersonation/letters.ts'
import { invitationLetters } from '../invitations/letters.ts'
import { mailedCodeLetters } from '../mailed-codes/letters.ts'
import type { Words } from '../messages/words.ts'
import { roleLetters } from '../moderation/letters.ts'
import { oauthLetters } from '../oauth/letters.ts'
import { passkeyLetters } from '../passkeys/letters.ts'
import { passwordLetters } from '../password/letters.ts'
import { signInLetters } from '../sign-in/letters.ts'
import { signUpLetters } from '../sign-up/letters.ts'
import { totpLetters } from '../totp/letters.ts'
import type { Letter } from './letter.ts'

/** Every mail by its template, one line per folder. */
const letters = {
  ...accountLetters,
  ...administratorLetters,
  ...emailLetters,
  ...impersonationLetters,
  ...invitationLetters,
  ...mailedCodeLetters,
  ...oauthLetters,
  ...passkeyLetters,
  ...passwordLetters,
  ...roleLetters,
  ...signInLetters,
  ...signUpLetters,
  ...totpLetters,
}

/** The name of a kind of mail. */
export type Template = keyof typeof letters

/** In the order of the folders. */
export const templates = Object.keys(letters) as readonly Template[]

/** What a mail of this kind says besides its own words. */
export type FieldsOf<Name extends Template> = (typeof letters)[Name] extends (
  words: Words,
  content: infer Fields,
) => Letter
  ? Fields
  : never

/** The content of a mail as data, which waits sealed in the outbox. */
export type MailContent = {
  [Name in Template]: { readonly template: Name; readonly to: string } & (unknown extends FieldsOf<Name>
    ? unknown
    : FieldsOf<Name>)
}[Template]

/** The content of a mail in the words of a language. */
export function letterOf(words: Words, content: MailContent): Letter {
  // Each function gets the fields of its own template, which the type of a union cannot say.
  const write = letters[content.template] as (words: Words, content: MailContent) => Letter
  return write(words, content)
}
