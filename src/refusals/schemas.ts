import { z } from 'zod'
import { email } from '../accounts/fields.ts'
import { errorCodes } from '../errors/catalogue.ts'
import { causes } from '../errors/whose-fault.ts'
import { addressText, cursorText, instantText, pageLimit, requestIdText, uuidText } from '../http/list-query.ts'
import { oneOf, ruledText } from '../http/validation.ts'
import { helpfulActs } from './helpful-acts.ts'

export const refusalsQuery = z.object({
  request_id: requestIdText.optional(),
  user_id: uuidText.optional(),
  email: email.optional().meta({ description: 'Of the account, or of an address before it has one' }),
  code: oneOf(errorCodes, {}).optional(),
  route: ruledText({
    // PostgreSQL knows no text with NUL.
    findBreach: (text) => (/^[!-~]*$/.test(text) ? undefined : { rule: 'charset' }),
    meta: { description: 'The pattern of the route', examples: ['/v0/auth/login'] },
  }).optional(),
  ip: addressText.optional().meta({ description: 'The rows of its network' }),
  from: instantText.optional(),
  to: instantText.optional(),
  limit: pageLimit,
  cursor: cursorText.optional(),
})

export const shownRefusal = z
  .object({
    at: z.iso.datetime(),
    request_id: z.string(),
    method: z.string(),
    route: z.string(),
    code: z.string(),
    user: z
      .object({ id: z.uuid(), handle: z.string().optional() })
      .optional()
      .meta({ description: 'Who was signed in, or whose address was sent' }),
    network: z.string(),
    contract: z.string().optional().meta({ description: 'Digest of the contract that the caller was written against' }),
    status: z.int().optional().meta({ description: 'Absent, as all that follows, for a code of another version' }),
    cause: z.enum(causes).optional(),
    meaning: z.string().optional(),
    advice: z.string().optional(),
    acts: z.array(z.enum(helpfulActs)).optional().meta({ description: 'What an administrator can do about it' }),
  })
  .meta({ id: 'Refusal', description: 'A request that was refused, without what was sent' })

export const refusalsPage = z.object({ data: z.array(shownRefusal), next_cursor: z.string().optional() })
