import type { ErrorTable } from '../errors/table.ts'

export const tokenErrors = {
  'token:invalid_verification': {
    status: 400,
    title: 'Invalid verification token',
    description: 'unknown or superseded verification token',
    meaning: 'This link confirms nothing here, or a newer one has taken its place.',
    advice:
      'Ask the user for the link of the newest mail, opened in the browser that signed up; offer ' +
      'resend-verification-email. An app sends its pending_token.',
  },
  'token:expired_verification': {
    status: 400,
    title: 'Expired verification token',
    description: 'the verification token has expired',
    meaning: 'The link was right, but is too old.',
    advice: 'Offer resend-verification-email; where the sign-up itself is gone the user signs up again.',
  },
  'token:email_mismatch': {
    status: 400,
    title: 'Token email mismatch',
    description:
      'the optional email in the body is not the address that the token was sent to; the token stays usable. ' +
      'Also reset-password and confirm-email-change',
    meaning: 'The link was sent to another address than the one given; it is not used up.',
    advice: 'Let the user correct the address, or leave `email` out.',
  },
  'token:invalid_reset': {
    status: 400,
    title: 'Invalid reset token',
    description: 'unknown, used or superseded reset token',
    meaning: 'This link resets nothing: it was used, or a newer one has taken its place.',
    advice: 'Ask the user for the link of the newest mail; offer forgot-password.',
  },
  'token:expired_reset': {
    status: 400,
    title: 'Expired reset token',
    description: 'the reset token has expired',
    meaning: 'The link was right, but is too old; the password is as before.',
    advice: 'Offer forgot-password for a new link.',
  },
  'token:invalid_email_change': {
    status: 400,
    title: 'Invalid email-change token',
    description: 'unknown, used, expired or superseded e-mail-change token; also at POST /v0/auth/undo-email-change',
    meaning: 'This link changes no address: used, too old, or void since another change of the account.',
    advice: 'Have the user look whether the address has changed already; if not, begin the change again, signed in.',
  },
  'email:already_verified': {
    status: 400,
    title: 'Email already verified',
    description:
      'the token was used before and its account is verified; also POST /v0/auth/resend-verification-email ' +
      'signed in, for the own address',
    meaning: 'There is nothing to confirm any more: the address is verified.',
    advice: 'Treat it as a success and show the sign-in.',
  },
  'token:invalid_device_verify': {
    status: 400,
    title: 'Invalid device-verification token',
    description: 'unknown, used or expired device token',
    meaning:
      'This link lets no device in: it was used, is too old, or void since another sign-in or change of the account.',
    advice: 'Show the sign-in; signing in again sends a new link.',
  },
  'token:invalid_account_deletion': {
    status: 400,
    title: 'Invalid account-deletion token',
    description: 'unknown, used or expired deletion token',
    meaning: 'This link deletes nothing; the account is as before.',
    advice: 'Whoever still wants it asks for the deletion again, signed in.',
  },
} as const satisfies ErrorTable<'email' | 'token'>
