import type { Letter } from '../mail/letter.ts'
import type { Words } from '../messages/words.ts'

export const totpLetters = {
  totp_enabled: ({ say }: Words): Letter => ({
    subject: say('mail.totp_enabled.subject'),
    // A new password alone would not let the owner in.
    paragraphs: [say('mail.totp_enabled.on'), say('mail.totp_enabled.if_not')],
  }),
  totp_disabled: ({ say }: Words): Letter => ({
    subject: say('mail.totp_disabled.subject'),
    paragraphs: [say('mail.totp_disabled.off'), say('mail.common.not_you')],
  }),
  backup_codes_regenerated: ({ say }: Words): Letter => ({
    subject: say('mail.backup_codes_regenerated.subject'),
    paragraphs: [say('mail.backup_codes_regenerated.new'), say('mail.common.not_you')],
  }),
  backup_code_used: ({ say }: Words, { left }: { readonly left: number }): Letter => ({
    subject: say('mail.backup_code_used.subject'),
    paragraphs: [say('mail.backup_code_used.used', { left }), say('mail.common.not_you')],
  }),
}
