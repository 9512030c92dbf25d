import { z } from 'zod'
import { mailStates } from './mail-state.ts'

export const shownMail = z
  .object({
    id: z.uuid(),
    purpose: z.string().meta({ description: 'What its link is for; notice: it has none' }),
    state: z.enum(mailStates),
    attempts: z.int(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    sent_at: z.iso.datetime().optional(),
    refusal: z.string().optional().meta({ description: 'Codes with which the mail server refused it for good' }),
    to: z.string().optional(),
    user: z
      .object({ id: z.uuid(), handle: z.string().optional() })
      .optional()
      .meta({ description: 'The account that it is about' }),
  })
  .meta({ id: 'QueuedMail', description: 'A mail without what it says' })
