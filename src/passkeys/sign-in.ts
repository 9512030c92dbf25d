import type { Context } from '../context.ts'
import type { Caller } from '../http/caller.ts'
import { continueLogin } from '../sign-in/continue.ts'
import { signIn } from '../sign-in/finish.ts'
import type { OpenedSession } from '../sign-in/open-session.ts'
import type { Assertion } from './credential.ts'
import { inTurn } from './in-turn.ts'
import { assertionRefusals, provePasskey } from './prove.ts'

export const signInWithPasskeyRefusals = [...assertionRefusals, 'user:banned', 'rate_limit:exceeded'] as const

type SignInWithPasskeyRefusal = (typeof signInWithPasskeyRefusals)[number]

type Attempt = {
  readonly credential: Assertion
  /** Digests of the browser's names; undefined for an app. */
  readonly anonymousDigests: readonly Buffer[] | undefined
  readonly rememberMe: boolean
  readonly deviceToken: string | undefined
  readonly client: Caller
}

/** Afterwards the passkey's owner has a session on a known device, without a code or a mailed link. */
export const signInWithPasskey = (ctx: Context<SignInWithPasskeyRefusal>, attempt: Attempt): Promise<OpenedSession> =>
  inTurn(ctx, attempt.client, () => proveAndOpen(ctx, attempt))

async function proveAndOpen(
  ctx: Context<SignInWithPasskeyRefusal>,
  { credential, anonymousDigests, rememberMe, deviceToken, client }: Attempt,
): Promise<OpenedSession> {
  const asked =
    anonymousDigests === undefined
      ? ({ purpose: 'app sign-in', bindings: [''] } as const)
      : ({ purpose: 'sign-in', bindings: anonymousDigests } as const)
  const proven = await provePasskey(ctx, { ...asked, credential, ownerId: undefined, deviceToken, client })
  const { user, deviceId, passkeyId, claim } = proven
  const shown = { methods: ['passkey'], passkeyId } as const
  const step = { user, deviceId, rememberMe, shown, client }
  const outcome = await continueLogin(ctx, step, claim, (...last) => signIn(ctx, ...last))
  if (outcome.next !== 'session') throw new Error('a passkey was asked for a second factor')
  return outcome.session
}
