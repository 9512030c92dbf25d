import { type Letter, oneLine } from '../mail/letter.ts'

export const passkeyLetters = {
  passkey_added: ({ name }: { readonly name: string }): Letter => ({
    subject: 'A passkey was added to your account',
    paragraphs: [
      `You can now sign in to your account with a new passkey, called ${oneLine(name)}.`,
      'If this was not you, somebody is in your account: delete that passkey, set a new password and end the other ' +
        'sessions.',
    ],
  }),
  passkey_clone_suspected: ({ name }: { readonly name: string }): Letter => ({
    subject: 'A passkey of your account may have been copied',
    paragraphs: [
      `The passkey called ${oneLine(name)} answered with a number that it had gone past before, and was refused. A ` +
        'key that cannot leave its device does that when somebody has a copy of it, or when the device was reset.',
      'Delete that passkey and register a new one. If this was not you just now, somebody may be in your ' +
        'account: end the other sessions, too.',
    ],
  }),
  passkey_deleted: ({ name }: { readonly name: string }): Letter => ({
    subject: 'A passkey of your account was deleted',
    paragraphs: [
      `The passkey called ${oneLine(name)} no longer signs in to your account, and what it had opened has ended.`,
      'If this was not you, somebody is in your account: set a new password and end the other sessions.',
    ],
  }),
  passkeys_deleted: ({ count }: { readonly count: number }): Letter => ({
    subject: 'Passkeys of your account were deleted',
    paragraphs: [
      `${count} passkeys no longer sign in to your account, and what they had opened has ended.`,
      'If this was not you, somebody is in your account: set a new password and end the other sessions.',
    ],
  }),
}
