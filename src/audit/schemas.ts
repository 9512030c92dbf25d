import { z } from 'zod'
import { addressText, cursorText, instantText, pageLimit, requestIdText, someOf, uuidText } from '../http/list-query.ts'
import { entryTypes } from './find.ts'

export const auditQuery = z.object({
  actor_id: uuidText.optional().meta({ description: 'The administrator who did it; leaves acts alone' }),
  user_id: uuidText.optional().meta({ description: 'The account that it happened to' }),
  types: someOf(entryTypes).optional(),
  from: instantText.optional(),
  to: instantText.optional(),
  ip: addressText.optional().meta({ description: 'Address of the client; leaves events alone' }),
  request_id: requestIdText.optional(),
  limit: pageLimit,
  cursor: cursorText.optional(),
})

const named = z.object({ id: z.uuid(), handle: z.string().optional() })

const auditEntry = z
  .object({
    id: z.uuid(),
    type: z.string(),
    created_at: z.iso.datetime(),
    user: named.optional().meta({ description: 'The account that it happened to' }),
    actor: named.optional().meta({ description: 'The administrator who did it' }),
    resource: z
      .object({ type: z.string(), id: z.uuid() })
      .optional()
      .meta({ description: 'What it was done to, if that is no account' }),
    reason: z.string().optional(),
    ip_address: z.string().optional(),
    user_agent: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    request_id: z.string().optional(),
  })
  .meta({ id: 'AuditEntry', description: 'What happened to an account, or what an administrator did' })

export const auditPage = z.object({ data: z.array(auditEntry), next_cursor: z.string().optional() })
