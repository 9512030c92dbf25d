import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { type Outcome, type SignInRefusal, signInWithIdentity } from './sign-in.ts'
import { type ArrivalRefusal, type Return, takeIdentity } from './take-identity.ts'

type Arrival = Omit<Return, 'flow' | 'sessionId'> & {
  readonly deviceToken: string | undefined
  readonly client: Caller
}

/** Afterwards the user who came back from the provider is signed in, one step further, or about to sign up. */
export async function loginThroughProvider(
  ctx: Context<ArrivalRefusal | SignInRefusal>,
  { deviceToken, client, ...arrival }: Arrival,
): Promise<{ readonly outcome: Outcome; readonly redirectTo: string }> {
  const { provider, identity, redirectTo, rememberMe } = await takeIdentity(ctx, { ...arrival, flow: 'login' })
  const [anonymousDigest] = arrival.anonymousDigests
  const outcome = await signInWithIdentity(ctx, provider, {
    identity,
    deviceToken,
    anonymousDigest,
    rememberMe,
    client,
  })
  return { outcome, redirectTo }
}
