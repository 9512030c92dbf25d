import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { type Outcome, signInWithIdentity, signInWithIdentityRefusals } from './sign-in.ts'
import { type Return, takeIdentity, takeIdentityRefusals } from './take-identity.ts'

export const loginThroughProviderRefusals = [...takeIdentityRefusals, ...signInWithIdentityRefusals] as const

type LoginThroughProviderRefusal = (typeof loginThroughProviderRefusals)[number]

type Arrival = Omit<Return, 'flow' | 'sessionId'> & {
  readonly deviceToken: string | undefined
  readonly client: Caller
}

/** Afterwards the user who came back from the provider has a session, must show a further factor, or has a sign-up. */
export async function loginThroughProvider(
  ctx: Context<LoginThroughProviderRefusal>,
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
