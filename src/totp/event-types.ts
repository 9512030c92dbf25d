export const totpEvents = [
  'totp_enabled',
  'totp_confirmed',
  'totp_disabled',
  'backup_codes_regenerated',
  'backup_code_used',
] as const
