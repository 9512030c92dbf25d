import type { MailTexts } from '../messages/mail-texts.ts'
import type { Words } from '../messages/words.ts'

/** What is filled into a text, as it waits in the outbox. */
type Values<Texts> = { readonly [Name in keyof Texts]: Texts[Name] extends number ? number : string }

/**
 * What opened an account and was taken back. `what` is the end of the key of its text, `mail.removed.WHAT`; beside it
 * is what that text says.
 */
export type Removed = {
  [Key in keyof MailTexts]: Key extends `mail.removed.${infer What}`
    ? { readonly what: What } & (MailTexts[Key] extends null ? unknown : Values<MailTexts[Key]>)
    : never
}[keyof MailTexts]

export function nameRemoved({ say }: Words, { what, ...values }: Removed): string {
  // Each text gets the values of its own key, which the type of a union cannot say.
  const sayAny = say as (key: `mail.removed.${Removed['what']}`, values: object) => string
  return sayAny(`mail.removed.${what}`, values)
}
