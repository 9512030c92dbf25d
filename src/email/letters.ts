import type { Letter } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const emailLetters = {
  email_change: ({ say }: Words, { link }: { readonly link: string }): Letter => ({
    subject: say('mail.email_change.subject'),
    paragraphs: [
      say('mail.email_change.received'),
      say('mail.email_change.open'),
      { link, button: say('mail.email_change.button') },
      say('mail.email_change.if_not'),
    ],
  }),
  email_change_requested: ({ say }: Words): Letter => ({
    subject: say('mail.email_change_requested.subject'),
    paragraphs: [say('mail.email_change_requested.received'), say('mail.email_change_requested.if_not')],
  }),
  email_changed_old: ({ say }: Words, { link }: { readonly link: string }): Letter => ({
    subject: say('mail.email_changed_old.subject'),
    paragraphs: [
      say('mail.email_changed_old.changed'),
      say('mail.email_changed_old.open'),
      { link, button: say('mail.email_changed_old.button') },
      say('mail.email_changed_old.if_you'),
    ],
  }),
  email_changed_new: ({ say }: Words): Letter => ({
    subject: say('mail.email_changed_new.subject'),
    paragraphs: [say('mail.email_changed_new.changed')],
  }),
}
