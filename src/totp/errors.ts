import type { ErrorTable } from '../errors/table.ts'

export const totpErrors = {
  'totp:already_enabled': {
    status: 409,
    title: 'TOTP already enabled',
    description: 'TOTP is on; also enable',
    meaning: 'The account has TOTP, and its secret stays.',
    advice: 'Read GET /v0/auth/totp/status and show it as on. For a new app, disable it first.',
  },
  'totp:not_enabled': {
    status: 400,
    title: 'TOTP not enabled',
    description: 'TOTP is off; also enable without setup, regenerate',
    meaning: 'The account has no TOTP, or none whose set-up has begun.',
    advice:
      'Read GET /v0/auth/totp/status and show it as off; before enable comes setup. Offer the password to ' +
      're-authenticate.',
  },
  'totp:invalid_code': {
    status: 400,
    title: 'Invalid TOTP/backup code',
    description: 'wrong, replayed or spent code',
    meaning: 'The code is not right now, or was used; a code works once.',
    advice:
      'Clear the field and ask for the next code, in up to 30 seconds. If it goes on, the clock of the phone is wrong.',
  },
  'totp:temp_token_invalid': {
    status: 400,
    title: 'Invalid temporary login token',
    description: 'unknown or used temp_token, or its attempts are used up',
    meaning: 'The sign-in that waited for its code is over.',
    advice: 'Drop the temp_token and begin the sign-in again.',
  },
  'totp:temp_token_expired': {
    status: 400,
    title: 'Expired temporary login token',
    description: 'the temp_token has expired',
    meaning: 'The code came too late for this sign-in.',
    advice: 'Drop the temp_token and begin the sign-in again.',
  },
  'totp:backup_code_exhausted': {
    status: 401,
    title: 'Backup codes exhausted',
    description: 'a backup code is given and none is left',
    meaning: 'Every backup code has been used.',
    advice: 'Ask for a code of the app. Without the app only the operator of the server can help.',
  },
  'totp:secret_generation_failed': {
    status: 500,
    title: 'TOTP secret generation failed',
    description: 'the keyring has no usable encryption key, so no secret can be made and sealed',
    meaning: 'The server has no key to seal a secret with; TOTP stays as it was.',
    advice: 'Trying again does not help: it is for the operator, who checks the keys (KEYS_DIR).',
  },
  'totp:qr_generation_failed': {
    status: 500,
    title: 'QR generation failed',
    description:
      'the otpauth URI does not fit the largest QR code a phone reads reliably: an account with a very long ' +
      'internationalised address',
    meaning: 'The address of the account is too long for a QR code; TOTP stays as it was.',
    advice: 'Trying again does not help: the user needs a shorter e-mail address for TOTP.',
  },
} as const satisfies ErrorTable<'totp'>
