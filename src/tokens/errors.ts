import type { ErrorTable } from '../errors/table.ts'

export const tokenErrors = {
  'token:invalid_verification': {
    status: 400,
    title: 'Invalid verification token',
    description: 'unknown or superseded verification token',
  },
  'token:expired_verification': {
    status: 400,
    title: 'Expired verification token',
    description: 'the verification token has expired',
  },
  'token:email_mismatch': {
    status: 400,
    title: 'Token email mismatch',
    description:
      'the optional email in the body is not the address that the token was sent to; the token stays usable. Also reset-password and confirm-email-change',
  },
  'token:invalid_reset': {
    status: 400,
    title: 'Invalid reset token',
    description: 'unknown, used or superseded reset token',
  },
  'token:expired_reset': {
    status: 400,
    title: 'Expired reset token',
    description: 'the reset token has expired',
  },
  'token:invalid_email_change': {
    status: 400,
    title: 'Invalid email-change token',
    description: 'unknown, used, expired or superseded e-mail-change token; also at POST /v0/auth/undo-email-change',
  },
  'email:already_verified': {
    status: 400,
    title: 'Email already verified',
    description:
      'the token was used before and its account is verified; also POST /v0/auth/resend-verification-email signed in, for the own address',
  },
  'token:invalid_device_verify': {
    status: 400,
    title: 'Invalid device-verification token',
    description: 'unknown, used or expired device token',
  },
  'token:invalid_account_deletion': {
    status: 400,
    title: 'Invalid account-deletion token',
    description: 'unknown, used or expired deletion token',
  },
} as const satisfies ErrorTable<'email' | 'token'>
