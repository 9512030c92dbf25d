import { z } from 'zod'
import type { Config } from '../config/config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { IssuedPair } from './issue.ts'
import { codeTokenOf } from './pair.ts'

/** What a client needs to go on with a flow that mails a code. */
export const startedFlow = z
  .object({
    code_token: z.string().meta({ description: 'send it with the digits of the code' }),
    expires_at: z.iso.datetime(),
    resend_at: z.iso.datetime().meta({ description: 'the same code may be mailed again from this time on' }),
  })
  .meta({ id: 'CodeMailed', description: 'A code was mailed; the answer is the same for every address' })

export type StartedFlow = z.infer<typeof startedFlow>

export const resendAt = ({ emailResendAfterSeconds }: Config, mailedAt: Date): Date =>
  new Date(mailedAt.getTime() + emailResendAfterSeconds * 1000)

export function describeStarted(
  { config, keyring }: { readonly config: Config; readonly keyring: Keyring },
  pair: IssuedPair,
): StartedFlow {
  return {
    code_token: codeTokenOf(keyring, pair).text,
    expires_at: pair.expiresAt.toISOString(),
    resend_at: resendAt(config, pair.mailedAt).toISOString(),
  }
}
