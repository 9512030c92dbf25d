import type { Letter } from '../mail/letter.ts'

export const accountLetters = {
  account_deletion: (content: { readonly link: string }): Letter => ({
    subject: 'Confirm the deletion of your account',
    paragraphs: [
      'We received a request to delete your account. It came from a device that is signed in to it.',
      'If this was you, open this link. It permanently deletes the account and everything in it:',
      { link: content.link },
      'If this was not you, do not open the link. Sign in and end all other sessions of your account.',
    ],
  }),
}
