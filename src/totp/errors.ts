import type { ErrorTable } from '../errors/table.ts'

export const totpErrors = {
  'totp:already_enabled': {
    status: 409,
    title: 'TOTP already enabled',
    description: 'TOTP is on; also enable',
  },
  'totp:not_enabled': {
    status: 400,
    title: 'TOTP not enabled',
    description: 'TOTP is off; also enable without setup, regenerate',
  },
  'totp:invalid_code': {
    status: 400,
    title: 'Invalid TOTP/backup code',
    description: 'wrong, replayed or spent code',
  },
  'totp:temp_token_invalid': {
    status: 400,
    title: 'Invalid temporary login token',
    description: 'unknown or used temp_token, or its attempts are used up',
  },
  'totp:temp_token_expired': {
    status: 400,
    title: 'Expired temporary login token',
    description: 'the temp_token has expired',
  },
  'totp:backup_code_exhausted': {
    status: 401,
    title: 'Backup codes exhausted',
    description: 'a backup code is given and none is left',
  },
  'totp:secret_generation_failed': {
    status: 500,
    title: 'TOTP secret generation failed',
    description: 'the keyring has no usable encryption key, so no secret can be made and sealed',
  },
  'totp:qr_generation_failed': {
    status: 500,
    title: 'QR generation failed',
    description:
      'the otpauth URI does not fit the largest QR code a phone reads reliably: an account with a very long internationalised address',
  },
} as const satisfies ErrorTable<'totp'>
