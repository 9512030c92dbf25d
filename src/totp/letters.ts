import { type Letter, notYou } from '../mail/letter.ts'

export const totpLetters = {
  totp_enabled: (): Letter => ({
    subject: 'Two-step sign-in is on',
    paragraphs: [
      'From now on, you need a code from your authenticator app every time you sign in.',
      // A new password alone would not let the owner in.
      'If this was not you, somebody is using your account: ask for a new password on the sign-in page, which signs ' +
        'everybody out, and ask the people who run this service to take your account back.',
    ],
  }),
  totp_disabled: (): Letter => ({
    subject: 'Two-step sign-in is off',
    paragraphs: ['You no longer need a code from your authenticator app to sign in.', notYou],
  }),
  backup_codes_regenerated: (): Letter => ({
    subject: 'You have new backup codes',
    paragraphs: ['New backup codes were created for your account. The old ones no longer work.', notYou],
  }),
  backup_code_used: (content: { readonly left: number }): Letter => ({
    subject: 'A backup code was used',
    paragraphs: [
      `One of your backup codes was used to confirm that it is you. Backup codes left: ${content.left}.`,
      notYou,
    ],
  }),
}
