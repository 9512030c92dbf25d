import { randomBytes } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { rpIdOf } from '../config/relying-party.ts'
import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { users } from '../db/schema/users.ts'
import { issueChallenge } from './challenge.ts'
import { algorithms } from './cose-key.ts'
import { mostPasskeys } from './counted.ts'
import { findPasskeys } from './list.ts'
import { type attachments, describeCredential } from './options.ts'

export const offerRegistrationRefusals = ['passkey:limit_reached', 'user:invalid_session'] as const

type OfferRegistrationRefusal = (typeof offerRegistrationRefusals)[number]

type Wish = {
  /** Whether a password manager may add the passkey right after a sign-in by password, without a dialog. */
  readonly isConditional: boolean
  readonly attachment: (typeof attachments)[number] | undefined
}

/**
 * Returns the options for `navigator.credentials.create()`. The passkey will be discoverable and, unless conditional,
 * made with user verification. Authenticators that hold one of the account's are excluded, as they would replace it
 * unasked.
 */
export async function offerRegistration(
  ctx: Context<OfferRegistrationRefusal>,
  { sessionId, user }: SignedIn,
  { isConditional, attachment }: Wish,
) {
  const own = await findPasskeys(ctx.db, user.id)
  if (own.length >= mostPasskeys) throw ctx.fault('passkey:limit_reached')
  const handle = await getHandle(ctx, user.id)
  const purpose = isConditional ? 'conditional registration' : 'registration'
  const { challenge, expiresAt } = issueChallenge(ctx, purpose, sessionId)
  const { config } = ctx
  return {
    public_key: {
      rp: { id: rpIdOf(config), name: config.passkeyRpName },
      user: { id: handle.toString('base64url'), name: user.email, displayName: user.displayName },
      challenge,
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key' as const, alg })),
      timeout: config.passkeyChallengeTtlSeconds * 1000,
      excludeCredentials: own.map(describeCredential),
      authenticatorSelection: {
        residentKey: 'required' as const,
        requireResidentKey: true,
        userVerification: isConditional ? ('preferred' as const) : ('required' as const),
        ...(attachment && { authenticatorAttachment: attachment }),
      },
      attestation: 'none' as const,
      extensions: { credProps: true },
    },
    expires_at: expiresAt.toISOString(),
  }
}

/**
 * Returns the account's user handle, which is made once. It is random, because devices and the services that
 * synchronise them store it [PK4].
 */
async function getHandle(ctx: Context<'user:invalid_session'>, userId: string): Promise<Buffer> {
  const [found] = await ctx.db.select({ handle: users.passkeyHandle }).from(users).where(eq(users.id, userId))
  if (found?.handle) return found.handle
  const [made] = await ctx.db
    .update(users)
    .set({ passkeyHandle: sql`coalesce(${users.passkeyHandle}, ${randomBytes(32)})` })
    .where(and(eq(users.id, userId), isNull(users.deletedAt)))
    .returning({ handle: users.passkeyHandle })
  // The account is gone since its session was checked.
  if (!made?.handle) throw ctx.fault('user:invalid_session')
  return made.handle
}
