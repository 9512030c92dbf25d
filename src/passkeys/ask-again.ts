import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { askForPasskey } from './ask.ts'
import { getWorking } from './get-working.ts'

export const askAgainRefusals = ['passkey:not_registered'] as const

type AskAgainRefusal = (typeof askAgainRefusals)[number]

/** Returns the options to ask for one of the account's passkeys, which proves again who uses this session [PK10]. */
export async function askAgain(ctx: Context<AskAgainRefusal>, { sessionId, user }: SignedIn) {
  const allowed = await getWorking(ctx, user.id)
  return askForPasskey(ctx, { purpose: 'reauthentication', binding: sessionId, allowed })
}
