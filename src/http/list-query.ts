import { z } from 'zod'
import { type Place, readCursor } from '../db/keyset.ts'
import { isInstant } from '../text/instant.ts'
import { canonicalAddress } from './client-address.ts'
import { isUuid, ruledText, wholeNumberText } from './validation.ts'

/** Fields of the queries of lists. A malformed id or cursor is a bad request, like any wrong type. */
export const pageLimit = wholeNumberText({ least: 1, most: 100 }).optional()

export const uuidText = z.string().refine(isUuid).meta({ format: 'uuid' })

export const cursorText = z
  .string()
  .refine((text) => readCursor(text) !== undefined)
  .meta({ description: 'next_cursor of the page before' })

export const instantText = ruledText({
  findBreach: (text) => (isInstant(text) ? undefined : { rule: 'format' }),
  meta: { format: 'date-time', description: 'RFC 3339' },
})

export const addressText = ruledText({
  findBreach: (text) => (canonicalAddress(text) === undefined ? { rule: 'format' } : undefined),
  meta: { description: 'An IP address' },
})

export const requestIdText = ruledText({
  findBreach: (text) => (/^[A-Za-z0-9_-]{1,64}$/.test(text) ? undefined : { rule: 'format' }),
  meta: { description: 'X-Request-Id of the answer' },
})

/** Several of these words, separated by commas. */
export const someOf = (words: readonly string[]) =>
  ruledText({
    findBreach: (text) =>
      text.split(',').every((one) => words.includes(one)) ? undefined : { rule: 'one_of', values: words },
    meta: { description: `Comma-separated: ${words.join(', ')}` },
  })

export const instantOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text)

export const placeOf = (cursor: string | undefined): Place | undefined =>
  cursor === undefined ? undefined : readCursor(cursor)
