import type { Letter } from '../mail/letter.ts'

export const accountLetters = {
  account_deletion: (content: { readonly link: string }): Letter => ({
    subject: 'Confirm the deletion of your account',
    paragraphs: [
      'Somebody who is signed in to your account asked to delete it.',
      'If that was you, open this link: the account and everything in it is erased, for good:',
      { link: content.link },
      'If it was not you, do not click, and end the other sessions of your account.',
    ],
  }),
}
