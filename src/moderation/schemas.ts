import { z } from 'zod'
import { reason } from '../accounts/fields.ts'
import { roles } from '../accounts/roles.ts'
import { isUuid, oneOf, ruledText, wholeNumberText } from '../http/validation.ts'
import { isInstant } from '../text/instant.ts'
import { userActions } from './logs.ts'

/** A malformed id is a bad request, like any wrong type. */
const id = z.string().refine(isUuid).meta({ format: 'uuid' })

const expiresAt = ruledText({
  findBreach: (text) => {
    if (!isInstant(text)) return { rule: 'format' }
    return Date.parse(text) > Date.now() ? undefined : { rule: 'future' }
  },
  meta: { format: 'date-time', description: 'RFC 3339; permanent if absent or null' },
})
  .nullable()
  .optional()

const enumerated = (values: readonly string[]) => oneOf(values, { enum: [...values] })

const role = enumerated(roles)

export const banBody = z.object({ user_id: id, expires_at: expiresAt, reason })
export const unbanBody = z.object({ user_id: id, reason })
export const grantBody = z.object({ user_id: id, role, expires_at: expiresAt, reason })
export const revokeBody = z.object({ user_id: id, role, reason })

const actionList = ruledText({
  findBreach: (text) =>
    text.split(',').every((one) => userActions.some((action) => action === one))
      ? undefined
      : { rule: 'one_of', values: userActions },
  meta: { description: `Comma-separated: ${userActions.join(', ')}` },
})

export const logsQuery = z.object({
  limit: wholeNumberText({ least: 1, most: 100 }).optional(),
  cursor_id: id.optional().meta({ description: 'id of an entry of the previous page' }),
  cursor_direction: enumerated(['Older', 'Newer']).optional(),
  actor_id: id.optional(),
  resource_type: enumerated(['User']).optional(),
  resource_id: id.optional(),
  actions: actionList.optional(),
})

export const logsPage = z.object({
  data: z.array(
    z
      .object({
        id: z.uuid(),
        action: z.enum(userActions),
        actor_id: z.uuid(),
        resource_type: z.literal('User'),
        resource_id: z.uuid(),
        reason: z.string(),
        metadata: z.record(z.string(), z.string()),
        created_at: z.iso.datetime(),
      })
      .meta({ id: 'ModerationLogEntry', description: 'What a moderator or administrator did' }),
  ),
  has_newer: z.boolean(),
  has_older: z.boolean(),
})
