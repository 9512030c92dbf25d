import { decodeJwt } from 'jose'
import type { Context } from '../context.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { findProvider, findProviderRefusals } from './find-provider.ts'
import { readIdToken, readIdTokenRefusals } from './native.ts'
import { type Outcome, signInWithIdentity, signInWithIdentityRefusals } from './sign-in.ts'
import { spendIdToken } from './spend-id-token.ts'
import { issueState, takeState } from './state.ts'

export const issueOneTapNonceRefusals = findProviderRefusals

type IssueOneTapNonceRefusal = (typeof issueOneTapNonceRefusals)[number]

export const loginByOneTapRefusals = [
  ...findProviderRefusals,
  ...readIdTokenRefusals,
  ...signInWithIdentityRefusals,
] as const

type LoginByOneTapRefusal = (typeof loginByOneTapRefusals)[number]

const slug = 'google'

/** Afterwards this browser may come back once with a credential that carries the nonce. */
export async function issueOneTapNonce(
  ctx: Context<IssueOneTapNonceRefusal>,
  anonymousDigest: Buffer,
): Promise<string> {
  const provider = await findProvider(ctx, slug)
  return issueState(ctx, { provider, flow: 'one_tap', anonymousDigest, redirectTo: '/' })
}

type Arrival = {
  readonly credential: string
  readonly anonymousDigests: readonly Buffer[]
  readonly deviceToken: string | undefined
  readonly rememberMe: boolean
  readonly client: Caller
}

/** Afterwards the user that Google vouched for has a session, must show a further factor, or has a sign-up. */
export async function loginByOneTap(ctx: Context<LoginByOneTapRefusal>, arrival: Arrival): Promise<Outcome> {
  const { credential, anonymousDigests, deviceToken, rememberMe, client } = arrival
  const provider = await findProvider(ctx, slug)
  const nonce = claimedNonce(credential)
  if (nonce === undefined) throw ctx.fault('oauth:invalid_id_token')
  const { identity, bearer } = await readIdToken(ctx, provider, { idToken: credential, nonce })
  const taken = await takeState(ctx, { state: nonce, provider, flow: 'one_tap', anonymousDigests })
  if (typeof taken === 'string') {
    throw ctx.fault('oauth:invalid_id_token', {
      details: 'Its nonce does not belong to this browser, was used, or is too old.',
    })
  }
  const [anonymousDigest] = anonymousDigests
  const spend = (tx: Transaction) => spendIdToken(ctx, tx, bearer)
  return signInWithIdentity(ctx, provider, {
    identity,
    deviceToken,
    anonymousDigest,
    rememberMe,
    client,
    spend,
  })
}

/** The nonce of a credential that is not verified yet. Returns undefined if it has none. */
function claimedNonce(credential: string): string | undefined {
  try {
    const { nonce } = decodeJwt(credential)
    return typeof nonce === 'string' ? nonce : undefined
  } catch {
    // It is not even a JWT.
    return undefined
  }
}
