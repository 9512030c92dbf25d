import type { ErrorTable } from '../errors/table.ts'

export const mailedCodeErrors = {
  'email:invalid_code': {
    status: 400,
    title: 'Wrong e-mail code',
    description: 'the digits are not those that were mailed for this code token; a try is counted, of five',
    meaning: 'These digits are wrong; the pair is as good as before, with a try less.',
    advice: 'Clear the field and let the user type it again; say that an older mail has other digits.',
  },
  'email:invalid_code_token': {
    status: 400,
    title: 'Invalid code token',
    description:
      'unknown, used by its link or its digits, superseded, of another purpose or browser, or its five tries are ' +
      'used up',
    meaning: 'No digits are good for this code token, or not any more.',
    advice: 'Begin again, and say that the next mail has a new code.',
  },
  'email:code_token_expired': {
    status: 400,
    title: 'Expired code token',
    description: 'the code token is past expires_at',
    meaning: 'The digits came too late; nothing was done.',
    advice: 'Begin again, and keep the address in its field.',
  },
  'token:invalid_sign_in': {
    status: 400,
    title: 'Invalid sign-in link',
    description: 'unknown, used by itself or by its digits, or superseded',
    meaning: 'This link signs nobody in: it was used, or newer ones have taken its place.',
    advice: 'Ask the user for the newest mail, or begin again.',
  },
  'token:expired_sign_in': {
    status: 400,
    title: 'Expired sign-in link',
    description: 'the link is past its lifetime',
    meaning: 'The link came too late; nobody was signed in.',
    advice: 'Begin again; a new mail comes at once.',
  },
} as const satisfies ErrorTable<'email' | 'token'>
