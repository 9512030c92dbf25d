import { type Letter, notYou } from '../mail/letter.ts'

export const totpLetters = {
  totp_enabled: (): Letter => ({
    subject: 'Two-step sign-in is on',
    paragraphs: ['From now on your account asks for a code of your authenticator app at every sign-in.', notYou],
  }),
  totp_disabled: (): Letter => ({
    subject: 'Two-step sign-in is off',
    paragraphs: ['Your account no longer asks for a code at sign-in.', notYou],
  }),
  backup_codes_regenerated: (): Letter => ({
    subject: 'New backup codes were made',
    paragraphs: ['Your account has new backup codes; the old ones no longer work.', notYou],
  }),
  backup_code_used: (content: { readonly left: number }): Letter => ({
    subject: 'A backup code was used',
    paragraphs: [`A backup code of your account was used. Codes that are left: ${content.left}.`, notYou],
  }),
}
