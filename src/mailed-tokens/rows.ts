import { kept, type Rows } from '../db/rows.ts'
import { mailedTokens } from '../db/schema/mails.ts'

export const mailedTokenRows: Rows = {
  personal: [mailedTokens],
  expired: { mailed_tokens: `expires_at < now() - ${kept}` },
}
