import { z } from 'zod'
import { roles } from '../accounts/roles.ts'
import { instantText } from '../http/list-query.ts'
import { isUuid, oneOf, ruledText, wholeNumberText } from '../http/validation.ts'
import { statuses } from './find-accounts.ts'
import { directions, sorts } from './page-cursor.ts'

const enumerated = (values: readonly string[]) => oneOf(values, { enum: [...values] })

const longestPart = 254

/** Text to look for; PostgreSQL knows no text with NUL. */
const part = (description: string) =>
  ruledText({
    findBreach: (text) => {
      if ([...text].length > longestPart) return { rule: 'max_length', limit: longestPart }
      return text.isWellFormed() && !text.includes('\0') ? undefined : { rule: 'charset' }
    },
    meta: { maxLength: longestPart, description },
  })

const factor = /^(?:password|totp|passkey|oauth:[a-z0-9][a-z0-9_-]{0,63})$/

const id = z.string().refine(isUuid).meta({ format: 'uuid' })
const limit = wholeNumberText({ least: 1, most: 100 }).optional()
const cursor = z.string().optional().meta({ description: 'next_cursor of the page before, in the same order' })

export const accountsQuery = z.object({
  query: part(
    'part of an address, a handle or a name, where one or two letters are a beginning; @ and a handle; an id',
  ).optional(),
  email: part('the beginning of an address').optional(),
  handle: part('a handle').optional(),
  id: id.optional(),
  role: enumerated(roles).optional(),
  status: enumerated(statuses).optional().meta({ description: 'absent: active and banned' }),
  has: ruledText({
    findBreach: (text) => (factor.test(text) ? undefined : { rule: 'format' }),
    meta: { pattern: factor.source, description: 'password, totp, passkey, or oauth: and the slug of a provider' },
  }).optional(),
  created_after: instantText.optional(),
  created_before: instantText.optional(),
  seen_before: instantText.optional().meta({ description: 'not seen since, or never' }),
  sort: enumerated(sorts).optional().meta({ description: 'created_at by default' }),
  direction: enumerated(directions).optional().meta({ description: 'desc by default; asc for email' }),
  limit,
  cursor,
})

export const accountParams = z.object({ id: z.string() })

const types = ruledText({
  findBreach: (text) => (/^[a-z_]{1,64}(?:,[a-z_]{1,64}){0,49}$/.test(text) ? undefined : { rule: 'format' }),
  meta: { description: 'types of events, comma-separated' },
})

export const historyQuery = z.object({ limit, cursor: id.optional(), types: types.optional() })
