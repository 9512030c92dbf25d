import { eq, sql } from 'drizzle-orm'
import type { Context } from '../context.ts'
import { prepared } from '../db/prepared.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import { type Transaction, together } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { readBase64url } from './base64url.ts'
import { type GoodChallenge, type Purpose, readChallenge, spendChallenge } from './challenge.ts'
import { findChallenge } from './client-data.ts'
import { type Assertion, isTooLarge } from './credential.ts'
import { type FoundPasskey, findPasskey } from './find-passkey.ts'
import { refuseSuspected } from './suspect-clone.ts'
import { type Signed, verifyAssertion } from './verify-assertion.ts'

export const assertionRefusals = [
  'passkey:invalid_challenge',
  'passkey:challenge_expired',
  'passkey:unknown_credential',
  'passkey:invalid_assertion',
] as const

export type AssertionRefusal = (typeof assertionRefusals)[number]

type Asked = {
  readonly credential: Assertion
  /** The challenge must have been made for this purpose and one of the bindings. */
  readonly purpose: Purpose
  readonly bindings: readonly (Buffer | string)[]
  /** The account that the passkey must belong to; undefined if the passkey itself says who signs in. */
  readonly ownerId: string | undefined
  readonly deviceToken: string | undefined
  readonly client: Caller
}

export type ProvenPasskey = Pick<FoundPasskey, 'user' | 'deviceId'> & {
  readonly passkeyId: string
  /** Spends the challenge and records the use, in the transaction of what that opens and under the account's lock. */
  readonly claim: (tx: Transaction) => Promise<void>
}

/** Afterwards the passkey has answered a challenge of ours with user verification; `claim` has still to be called. */
export async function provePasskey(ctx: Context<AssertionRefusal>, asked: Asked): Promise<ProvenPasskey> {
  const { credential, purpose, bindings, ownerId, deviceToken, client } = asked
  const said = { type: 'webauthn.get', origins: ctx.config.passkeyOrigins } as const
  const text = isTooLarge(credential) ? undefined : findChallenge(credential.response.clientDataJSON, said)
  const credentialId = readBase64url(credential.id)
  if (text === undefined || credentialId === undefined) throw ctx.fault('passkey:invalid_assertion')
  const challenge = readChallenge(ctx, text, { purposes: [purpose], bindings })
  if (typeof challenge === 'string') throw ctx.fault(challenge)
  const found = await findPasskey(ctx, { credentialId, deviceToken })
  if (found === undefined) throw unknown(ctx)
  const signed = await verify(ctx, asked, found)
  const { passkey, user, deviceId } = found
  if (isBehind(passkey, signed)) await refuseSuspected(ctx, { challenge, passkey, ownerId: user.id, client })
  const claim = (tx: Transaction) => claimAssertion(ctx, tx, { challenge, passkeyId: passkey.id, signed })
  // Another account's passkey is not accepted here [PK10]. It is no unknown one either: that code has it deleted.
  if (ownerId !== undefined && ownerId !== user.id) throw ctx.fault('passkey:invalid_assertion')
  return { user, deviceId, passkeyId: passkey.id, claim }
}

/**
 * On this code alone clients make the authenticator delete the passkey, so it is never sent while the passkey exists.
 */
const unknown = (ctx: Context<AssertionRefusal>) =>
  ctx.fault(ctx.config.passkeySignals === 'on' ? 'passkey:unknown_credential' : 'passkey:invalid_assertion')

async function verify(
  ctx: Context<'passkey:invalid_assertion'>,
  { credential, ownerId }: Asked,
  { passkey, user }: FoundPasskey,
): Promise<Signed> {
  const { userHandle } = credential.response
  const isNamed = userHandle === undefined || userHandle === null ? ownerId !== undefined : isHandle(user, userHandle)
  if (!isNamed) throw ctx.fault('passkey:invalid_assertion')
  try {
    return await verifyAssertion(ctx.config, credential, passkey)
  } catch (cause) {
    throw ctx.fault('passkey:invalid_assertion', { cause })
  }
}

const isHandle = ({ handle }: FoundPasskey['user'], text: string): boolean => handle?.toString('base64url') === text

/**
 * Whether the counter of a passkey that cannot leave its device did not grow. Authenticators that do not count always
 * send 0; passkeys on several devices count on each device separately, if at all.
 */
const isBehind = ({ backupEligible, signCount }: FoundPasskey['passkey'], { counter }: Signed): boolean =>
  !backupEligible && (counter > 0 || signCount > 0) && counter <= signCount

type Claim = { readonly challenge: GoodChallenge; readonly passkeyId: string; readonly signed: Signed }

async function claimAssertion(
  ctx: Context<AssertionRefusal>,
  tx: Transaction,
  { challenge, passkeyId, signed: { counter, backedUp } }: Claim,
): Promise<void> {
  const [isSpent, used] = await together([
    spendChallenge(tx, challenge),
    useStatement(tx).execute({ id: passkeyId, counter, backedUp }),
  ])
  if (!isSpent) throw ctx.fault('passkey:invalid_challenge')
  if (used.length > 0) return
  const [left] = await tx.select({ deletedAt: passkeys.deletedAt }).from(passkeys).where(eq(passkeys.id, passkeyId))
  // Another answer of the same moment has counted further. If one of the two is by a copy, its next use shows it.
  throw left && left.deletedAt === null ? ctx.fault('passkey:invalid_assertion') : unknown(ctx)
}

const givenCounter = sql<number>`${sql.placeholder('counter')}::bigint`

/**
 * The stored counter never falls. For a passkey that cannot leave its device it must grow, unless both counters are 0.
 */
const useStatement = prepared((tx) =>
  tx
    .update(passkeys)
    .set({
      signCount: sql`greatest(${passkeys.signCount}, ${givenCounter})`,
      backedUp: sql`${sql.placeholder('backedUp')}`,
      lastUsedAt: sql`now()`,
    })
    .where(
      sql`${passkeys.id} = ${sql.placeholder('id')} and ${passkeys.deletedAt} is null and (${passkeys.backupEligible}
        or ${givenCounter} > ${passkeys.signCount} or (${givenCounter} = 0 and ${passkeys.signCount} = 0))`,
    )
    .returning({ id: passkeys.id })
    .prepare('use_passkey'),
)
