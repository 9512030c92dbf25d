import { kept, type Rows } from '../db/rows.ts'
import { mails } from '../db/schema/mails.ts'

export const mailRows: Rows = {
  // Those with a link go with their tokens as well.
  personal: [mails],
  // Of a probe or an inquiry nobody asks what became of it.
  expired: { mails: `expires_at < now() - case kind when 'message' then ${kept} else interval '0' end` },
}
