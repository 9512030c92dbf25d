import { kept, type Rows } from '../db/rows.ts'
import { mails } from '../db/schema/mails.ts'

export const mailRows: Rows = {
  // Mails with a link are also deleted with their tokens.
  personal: [mails],
  // Nothing asks later what became of a probe or an inquiry.
  expired: { mails: `expires_at < now() - case kind when 'message' then ${kept} else interval '0' end` },
}
