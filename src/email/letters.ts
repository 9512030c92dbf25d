import type { Letter } from '../mail/letter.ts'

export const emailLetters = {
  email_change: (content: { readonly link: string }): Letter => ({
    subject: 'Confirm your new e-mail address',
    paragraphs: [
      'We received a request to use this e-mail address for an account.',
      'If this was you, open this link to confirm the address. You will then have to sign in again on all devices:',
      { link: content.link },
      'If this was not you, ignore this mail. Nothing changes unless the link is opened.',
    ],
  }),
  email_change_requested: (): Letter => ({
    subject: 'Request to change your e-mail address',
    paragraphs: [
      'We received a request to change the e-mail address of your account. It was confirmed with your password or a ' +
        'passkey. The address changes when the link that we sent to the new address is opened.',
      'If this was not you, set a new password, and delete any passkey that you do not recognize. Either one cancels ' +
        'the change.',
    ],
  }),
  email_changed_old: (content: { readonly link: string }): Letter => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [
      'Your account now has a different e-mail address.',
      'If this was not you, open this link. It restores this address, signs out all devices and lets you set a new ' +
        'password:',
      { link: content.link },
      'If this was you, you do not need to do anything.',
    ],
  }),
  email_changed_new: (): Letter => ({
    subject: 'Your e-mail address was changed',
    paragraphs: [
      'This is now the e-mail address of your account. All devices have been signed out. Please sign in again.',
    ],
  }),
}
