import { z } from 'zod'
import { email, handle } from '../accounts/fields.ts'
import { roles } from '../accounts/roles.ts'
import { uuidText } from '../http/list-query.ts'
import { shownMail } from '../mail/shown-mail.ts'
import { helpfulActs } from '../refusals/helpful-acts.ts'
import { shownRefusal } from '../refusals/schemas.ts'
import { reasonNames } from './diagnose.ts'

export const diagnosisQuery = z.object({
  email: email.optional().meta({ description: 'Of an account or of nobody yet' }),
  handle: handle.optional(),
  user_id: uuidText.optional().meta({ description: 'Of an account, or of a sign-up that waits' }),
})

const instant = z.iso.datetime()

const account = z.object({
  id: z.uuid(),
  email: z.string(),
  handle: z.string(),
  display_name: z.string(),
  created_at: instant,
  roles: z.array(z.enum(roles)),
  ban: z.object({ reason: z.string().optional(), until: instant.optional() }).optional(),
  locks: z
    .array(z.object({ of: z.string(), until: instant }))
    .meta({ description: 'Waits after too many wrong tries, and what they are for' }),
  has_password: z.boolean(),
  factors: z
    .array(z.object({ name: z.string(), since: instant, counts_from: instant.optional() }))
    .meta({ description: 'Second factors, and from when on each counts' }),
  passkeys: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      domain: z.string(),
      works: z.boolean(),
      created_at: instant,
      last_used_at: instant.optional(),
    }),
  ),
  connections: z.array(z.object({ provider: z.string(), works: z.boolean() })),
  sessions: z.int(),
  devices: z
    .array(
      z.object({
        id: z.uuid(),
        user_agent: z.string().optional(),
        ip_address: z.string().optional(),
        created_at: instant,
        last_seen_at: instant,
      }),
    )
    .meta({ description: 'The ten that were seen last' }),
  events: z
    .array(z.object({ at: instant, type: z.string(), ip_address: z.string().optional() }))
    .meta({ description: 'The last ten' }),
})

export const diagnosis = z
  .object({
    email: z.string(),
    reasons: z
      .array(
        z.object({
          name: z.enum(reasonNames),
          says: z.string(),
          until: instant.optional(),
          code: z.string().optional().meta({ description: 'Of the last refusal' }),
          acts: z.array(z.enum(helpfulActs)).meta({ description: 'What an administrator can do about it' }),
        }),
      )
      .meta({ description: 'What stands in the way, first what weighs most; empty if nothing is known to' }),
    account: account.optional(),
    sign_up: z
      .object({
        id: z.uuid(),
        email: z.string(),
        handle: z.string(),
        display_name: z.string(),
        created_at: instant,
        expires_at: instant,
      })
      .optional()
      .meta({ description: 'A sign-up that waits for its link' }),
    mails: z.array(shownMail).meta({ description: 'The last ten' }),
    refusals: z.array(shownRefusal).meta({ description: 'The last ten' }),
  })
  .meta({ id: 'Diagnosis', description: 'Why somebody cannot sign in' })

export const examination = z
  .object({
    examined_at: instant,
    findings: z.array(z.object({ name: z.string(), is_fine: z.boolean(), says: z.string() })),
    notes: z.array(z.string()).meta({ description: 'What works, and is worth a thought' }),
  })
  .meta({ id: 'Examination', description: 'Whether everything that is configured works' })

export const settingsList = z.object({
  data: z.array(
    z
      .object({
        name: z.string(),
        group: z.string(),
        meaning: z.string(),
        source: z.enum(['env', 'file', 'default']).meta({ description: 'file: the file that NAME_FILE names' }),
        is_secret: z.boolean(),
        value: z.string().optional().meta({ description: 'Absent if nothing is set, and for a secret' }),
      })
      .meta({ id: 'Setting', description: 'A variable of the configuration' }),
  ),
})
