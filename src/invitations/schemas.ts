import { z } from 'zod'
import { displayName, email, handle, holdsControls, locale, reason } from '../accounts/fields.ts'
import { roles } from '../accounts/roles.ts'
import { isUuid, oneOf, ruledText, wholeNumberText } from '../http/validation.ts'
import { states } from './list.ts'
import { longestTtlSeconds } from './place-invitation.ts'

const longestMessage = 500

/** What programs that show mails make a link of: a scheme, an address, or a name with a dot before its last letters. */
const linkLike = /:\/\/|\bmailto:|@|\bwww[.。．｡]|[\p{L}\p{N}-][.。．｡]\p{L}{2}/iu

export const message = ruledText({
  findBreach: (text) => {
    if ([...text].length > longestMessage) return { rule: 'max_length', limit: longestMessage }
    if (holdsControls(text)) return { rule: 'charset' }
    return linkLike.test(text) ? { rule: 'format' } : undefined
  },
  meta: { maxLength: longestMessage, description: 'One paragraph of plain text without links and addresses' },
})

const shortestTtlSeconds = 60

const expiresIn = z
  .int()
  .superRefine((seconds, context) => {
    const refuse = (params: object) => context.addIssue({ code: 'custom', params })
    if (seconds < shortestTtlSeconds) refuse({ rule: 'min', limit: shortestTtlSeconds })
    if (seconds > longestTtlSeconds) refuse({ rule: 'max', limit: longestTtlSeconds })
  })
  .meta({ description: `Seconds, ${shortestTtlSeconds} to ${longestTtlSeconds}; a week by default` })

export const reasonBody = z.object({ reason })

export const invitationBody = z.object({
  email,
  roles: z
    .array(oneOf(roles, { enum: [...roles] }))
    .max(roles.length)
    .optional(),
  handle: handle.optional(),
  display_name: displayName.optional(),
  locale: locale.optional(),
  message: message.optional(),
  expires_in: expiresIn.optional(),
  reason,
})

export const invited = z
  .object({ id: z.uuid(), expires_at: z.iso.datetime() })
  .meta({ id: 'InvitationMailed', description: 'The invitation is on its way' })

export const invitationParams = z.object({ id: z.string() })

export const listQuery = z.object({
  limit: wholeNumberText({ least: 1, most: 100 }).optional(),
  cursor: z.string().refine(isUuid).optional().meta({ description: 'next_cursor of the page before' }),
})

export const shownInvitation = z
  .object({
    id: z.uuid(),
    email: z.string(),
    state: z.enum(states),
    roles: z.array(z.enum(roles)),
    handle: z.string().optional(),
    display_name: z.string().optional(),
    locale: z.string().optional(),
    message: z.string().optional(),
    invited_by: z.uuid().optional().meta({ description: 'absent: the operator' }),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    accepted_at: z.iso.datetime().optional(),
    user_id: z.uuid().optional().meta({ description: 'the account that came of it' }),
  })
  .meta({ id: 'Invitation', description: 'An account that somebody was invited to make' })

export const invitationPage = z.object({ data: z.array(shownInvitation), next_cursor: z.uuid().optional() })
