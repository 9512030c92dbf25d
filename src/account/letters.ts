import type { Letter } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const accountLetters = {
  account_deletion: ({ say }: Words, { link }: { readonly link: string }): Letter => ({
    subject: say('mail.account_deletion.subject'),
    paragraphs: [
      say('mail.account_deletion.received'),
      say('mail.account_deletion.open'),
      { link, button: say('mail.account_deletion.button') },
      say('mail.account_deletion.if_not'),
    ],
  }),
}
