import type { Context } from '../context.ts'
import { getSigningKey } from './get-signing-key.ts'
import { signJwt } from './jwt.ts'
import type { SignedIn } from './signed-in.ts'

export const signIdentityRefusals = ['system:token_creation_error'] as const

type SignIdentityRefusal = (typeof signIdentityRefusals)[number]

export const identityTtlSeconds = 60
/**
 * A signature costs as much as many session checks, so each is given again for 10 s. At least 50 of its 60 s are left
 * then.
 */
const repeatedMs = 10_000

type Signed = { readonly text: string; readonly atMs: number }

export type SignIdentity = (ctx: Context<SignIdentityRefusal>, signedIn: SignedIn) => string

/**
 * Signs a JWT that says who is signed in. If a proxy passes on what a client wrote under another spelling of the
 * header, the application finds no signature there. Remembered with the session itself, so that it ends with the
 * session [SE5].
 */
export function identitySigner(): SignIdentity {
  const remembered = new WeakMap<SignedIn, Signed>()
  return (ctx, signedIn) => {
    const known = remembered.get(signedIn)
    const atMs = performance.now()
    if (known !== undefined && atMs - known.atMs < repeatedMs) return known.text
    const key = getSigningKey(ctx)
    const { config, replicas } = ctx
    const nowMs = replicas.isLeased() ? replicas.databaseNow() : Date.now()
    const { sessionId, user, impersonation: actor } = signedIn
    const claims = { userId: user.id, sessionId, roles: user.roles, actor, issuedAtSeconds: nowMs / 1000 }
    const text = signJwt(config, key, { typ: 'identity+jwt', ttlSeconds: identityTtlSeconds }, claims)
    remembered.set(signedIn, { text, atMs })
    return text
  }
}
