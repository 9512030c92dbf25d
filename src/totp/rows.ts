import type { Rows } from '../db/rows.ts'
import { backupCodes, totpSecrets } from '../db/schema/totp.ts'

export const totpRows: Rows = {
  personal: [totpSecrets, backupCodes],
  sealed: [{ table: 'totp_secrets', column: 'sealed_secret', purpose: 'totp', boundTo: 'user_id' }],
}
