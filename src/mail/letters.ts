import { accountLetters } from '../account/letters.ts'
import { administratorLetters } from '../accounts/letters.ts'
import { emailLetters } from '../email/letters.ts'
import { roleLetters } from '../moderation/letters.ts'
import { oauthLetters } from '../oauth/letters.ts'
import { passkeyLetters } from '../passkeys/letters.ts'
import { passwordLetters } from '../password/letters.ts'
import { signInLetters } from '../sign-in/letters.ts'
import { signUpLetters } from '../sign-up/letters.ts'
import { totpLetters } from '../totp/letters.ts'
import type { Letter } from './letter.ts'

/** Every mail by its template, one line a room. */
const letters = {
  ...accountLetters,
  ...administratorLetters,
  ...emailLetters,
  ...oauthLetters,
  ...passkeyLetters,
  ...passwordLetters,
  ...roleLetters,
  ...signInLetters,
  ...signUpLetters,
  ...totpLetters,
}

type Template = keyof typeof letters

type FieldsOf<Name extends Template> = (typeof letters)[Name] extends (content: infer Fields) => Letter ? Fields : never

/** What a mail says, as data; it waits sealed in the outbox. */
export type MailContent = {
  [Name in Template]: { readonly template: Name; readonly to: string } & (unknown extends FieldsOf<Name>
    ? unknown
    : FieldsOf<Name>)
}[Template]

/** The mail in words. */
export function letterOf(content: MailContent): Letter {
  // Each is given the fields of its own template, which no type of a union says.
  const write = letters[content.template] as (content: MailContent) => Letter
  return write(content)
}
