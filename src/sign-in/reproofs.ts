import { z } from 'zod'
import { optionalKnownPassword } from '../accounts/fields.ts'
import { passwordReproof } from '../password/reproof.ts'
import { codeReproof } from '../totp/reproof.ts'

/** Every way to prove again who is signed in, by the field that it is sent in, one line a room. */
export const reproofs = { password: passwordReproof, code: codeReproof } as const

type ReproofName = keyof typeof reproofs

export const reproofNames = Object.keys(reproofs) as ReproofName[]

/** Exactly one of them is sent. */
export const reproofBody = z.object({
  password: optionalKnownPassword,
  code: z.string().optional(),
} satisfies Record<ReproofName, z.ZodType<string | undefined>>)
