import type { Letter } from '../mail/letter.ts'

export const emailLetters = {
  email_change: (content: { readonly link: string }): Letter => ({
    subject: 'Confirm your new e-mail address',
    paragraphs: [
      'Somebody asked to make this the address of their account.',
      'If that was you, open this link to confirm it; you will have to sign in again everywhere:',
      { link: content.link },
      'If it was not you, do not click: nothing changes without it.',
    ],
  }),
  email_change_requested: (): Letter => ({
    subject: 'A new e-mail address was asked for',
    paragraphs: [
      'Somebody who confirmed it with your password or with a passkey asked for another address for your account. ' +
        'It changes once the link sent there is opened.',
      'If it was not you, set a new password, or delete the passkey if you do not know it: either voids the link.',
    ],
  }),
  email_changed_old: (content: { readonly link: string }): Letter => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [
      'Your account has another e-mail address now.',
      'If that was not you, open this link: the account comes back to this address, everybody is signed out, ' +
        'and you set a new password.',
      { link: content.link },
      'If it was you, there is nothing to do.',
    ],
  }),
  email_changed_new: (): Letter => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [
      'This is the address of your account from now on. You have been signed out everywhere; please sign in again.',
    ],
  }),
}
