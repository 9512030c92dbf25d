import { createHash, randomUUIDv7 } from 'node:crypto'
import { generateState } from 'arctic'
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { open, sealForNow } from '../crypto/sealed-box.ts'
import { oauthStates } from '../db/schema/oauth.ts'
import type { Provider } from './provider.ts'

type Flow = (typeof oauthStates.$inferSelect)['flow']

/** What only the server knows about an attempt. */
type Secrets = { readonly codeVerifier: string; readonly nonce: string }

type NewState = {
  readonly provider: Provider
  readonly flow: Flow
  readonly anonymousDigest: Buffer
  readonly sessionId?: string | undefined
  /** Set in the code flow. */
  readonly codeVerifier?: string
  readonly redirectTo: string
  readonly rememberMe?: boolean
}

const digestOf = (state: string): Buffer => createHash('sha256').update(state).digest()

/**
 * The nonce of a code flow is the digest of its state's row, so an ID token with it is known to belong to an attempt.
 */
export const nonceOf = (state: string): string => digestOf(state).toString('base64url')

/**
 * Whether the nonce was given to a browser, even if its attempt is used up: an ID token with it is not for an app
 * [AT13].
 */
export async function isNonceOfBrowser(ctx: Context<never>, nonce: string): Promise<boolean> {
  const digests = [digestOf(nonce), Buffer.from(nonce, 'base64url')]
  const found = await ctx.db
    .select({ id: oauthStates.id })
    .from(oauthStates)
    .where(inArray(oauthStates.digest, digests))
  return found.length > 0
}

/**
 * Afterwards this browser may come back once, from this provider, in this flow and, for a link, in this session [OA1].
 * Returns the state.
 */
export async function issueState(ctx: Context<never>, { provider, codeVerifier, ...rest }: NewState): Promise<string> {
  const id = randomUUIDv7()
  const state = generateState()
  const secrets = codeVerifier === undefined ? undefined : { codeVerifier, nonce: nonceOf(state) }
  await ctx.db.insert(oauthStates).values({
    ...rest,
    id,
    digest: digestOf(state),
    providerId: provider.id,
    sealedSecrets: secrets && sealForNow(ctx.keyring, JSON.stringify(secrets), `oauth-state:${id}`),
    expiresAt: sql`now() + make_interval(secs => ${ctx.config.oauthStateTtlSeconds})`,
  })
  return state
}

type Presented = {
  readonly state: string
  readonly provider: Provider
  readonly flow: Flow
  /** The digests of all names that the browser has. */
  readonly anonymousDigests: readonly Buffer[]
  readonly sessionId?: string | undefined
}

export type TakenState = {
  readonly secrets: Secrets | undefined
  readonly redirectTo: string
  readonly rememberMe: boolean
}

/**
 * Afterwards the state is used up. A state of another browser, provider, flow or session stays, and counts as unknown.
 */
export async function takeState(
  ctx: Context<never>,
  { state, provider, flow, anonymousDigests, sessionId }: Presented,
): Promise<TakenState | 'invalid' | 'expired'> {
  const isOwn = and(
    eq(oauthStates.digest, digestOf(state)),
    eq(oauthStates.providerId, provider.id),
    eq(oauthStates.flow, flow),
    inArray(oauthStates.anonymousDigest, [...anonymousDigests]),
    sessionId === undefined ? isNull(oauthStates.sessionId) : eq(oauthStates.sessionId, sessionId),
  )
  const [taken] = await ctx.db
    .update(oauthStates)
    .set({ usedAt: sql`now()` })
    .where(and(isOwn, isNull(oauthStates.usedAt), sql`${oauthStates.expiresAt} > now()`))
    .returning()
  if (taken === undefined) {
    const [found] = await ctx.db.select({ usedAt: oauthStates.usedAt }).from(oauthStates).where(isOwn)
    return found && found.usedAt === null ? 'expired' : 'invalid'
  }
  const { id, sealedSecrets: box, redirectTo, rememberMe } = taken
  const secrets = box && (JSON.parse(open(ctx.keyring, box, `oauth-state:${id}`).toString()) as Secrets)
  return { secrets: secrets ?? undefined, redirectTo, rememberMe }
}
