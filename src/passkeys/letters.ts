import type { Letter } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

type Named = { readonly name: string }

export const passkeyLetters = {
  passkey_added: ({ say }: Words, { name }: Named): Letter => ({
    subject: say('mail.passkey_added.subject'),
    paragraphs: [say('mail.passkey_added.added', { name }), say('mail.passkey_added.if_not')],
  }),
  passkey_clone_suspected: ({ say }: Words, { name }: Named): Letter => ({
    subject: say('mail.passkey_clone_suspected.subject'),
    paragraphs: [say('mail.passkey_clone_suspected.suspected', { name }), say('mail.passkey_clone_suspected.advice')],
  }),
  passkey_deleted: ({ say }: Words, { name }: Named): Letter => ({
    subject: say('mail.passkey_deleted.subject'),
    paragraphs: [say('mail.passkey_deleted.deleted', { name }), say('mail.passkey_deleted.if_not')],
  }),
  passkeys_deleted: ({ say }: Words, { count }: { readonly count: number }): Letter => ({
    subject: say('mail.passkeys_deleted.subject'),
    paragraphs: [say('mail.passkeys_deleted.deleted', { count }), say('mail.passkey_deleted.if_not')],
  }),
}
