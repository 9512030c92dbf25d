import type { Rows } from '../db/rows.ts'
import { backupCodes, totpSecrets } from '../db/schema/totp.ts'

export const totpRows = {
  personal: [totpSecrets, backupCodes],
  sealed: [{ table: 'totp_secrets', column: 'sealed_secret', purpose: 'totp', boundTo: 'user_id' }],
  events: ['totp_enabled', 'totp_confirmed', 'totp_disabled', 'backup_codes_regenerated', 'backup_code_used'],
} as const satisfies Rows
