import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { signIn } from '../sign-in/finish.ts'
import type { OpenedSession } from '../sign-in/open-session.ts'
import { getPendingLogin, takePendingLogin } from '../sign-in/pending.ts'
import { askForPasskey } from './ask.ts'
import type { Assertion } from './credential.ts'
import { getWorking } from './get-working.ts'
import { inTurn } from './in-turn.ts'
import { assertionRefusals, provePasskey } from './prove.ts'

const pendingRefusals = ['totp:temp_token_invalid', 'totp:temp_token_expired'] as const

export const askForSecondStepRefusals = [...pendingRefusals, 'passkey:not_registered'] as const

type AskForSecondStepRefusal = (typeof askForSecondStepRefusals)[number]

/** Returns the options to ask for a passkey of the account whose sign-in waits for a second factor. */
export async function askForSecondStep(ctx: Context<AskForSecondStepRefusal>, tempToken: string) {
  const { id: binding, user } = await getPendingLogin(ctx, { tempToken, deviceToken: undefined })
  return askForPasskey(ctx, { purpose: 'second step', binding, allowed: await getWorking(ctx, user.id) })
}

export const finishByPasskeyRefusals = [...pendingRefusals, ...assertionRefusals, 'rate_limit:exceeded'] as const

type FinishByPasskeyRefusal = (typeof finishByPasskeyRefusals)[number]

type Proof = {
  readonly tempToken: string
  readonly credential: Assertion
  readonly deviceToken: string | undefined
  readonly client: Caller
}

/** Afterwards the sign-in that waited for a second factor has a session on a known device. */
export const finishByPasskey = (ctx: Context<FinishByPasskeyRefusal>, proof: Proof): Promise<OpenedSession> =>
  inTurn(ctx, proof.client, () => proveAndFinish(ctx, proof))

async function proveAndFinish(
  ctx: Context<FinishByPasskeyRefusal>,
  { tempToken, credential, deviceToken, client }: Proof,
): Promise<OpenedSession> {
  const { id, user, rememberMe, methods, deviceId } = await getPendingLogin(ctx, { tempToken, deviceToken })
  const asked = { credential, purpose: 'second step', bindings: [id], ownerId: user.id, deviceToken, client } as const
  const { passkeyId, claim } = await provePasskey(ctx, asked)
  const shown = { methods: [...methods, 'passkey'], passkeyId } as const
  const { session } = await signIn(ctx, { user, deviceId, rememberMe, shown, client }, async (tx) => {
    await takePendingLogin(ctx, tx, id)
    await claim(tx)
  })
  return session
}
