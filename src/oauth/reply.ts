import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { factorWanted, replyInBrowser } from '../sign-in/reply.ts'
import type { Outcome } from './sign-in.ts'

export const providerParams = z.object({ provider: z.string() })

const pendingInBrowser = z.object({
  pending_token: z.string().meta({ description: 'for complete-signup' }),
  email: z.string(),
  suggested_handle: z.string().optional(),
})

export const browserReplies = { 200: pendingInBrowser, 202: factorWanted, 204: z.void() }

export function replySignInInBrowser(reply: FastifyReply, { config }: Deps, outcome: Outcome): FastifyReply {
  if (outcome.next !== 'sign-up') return replyInBrowser(reply, config, outcome)
  const { pendingToken, email, suggestedHandle } = outcome
  return reply.code(200).send({
    pending_token: pendingToken,
    email,
    ...(suggestedHandle !== undefined && { suggested_handle: suggestedHandle }),
  })
}
