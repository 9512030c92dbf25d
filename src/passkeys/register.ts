import { randomUUIDv7 } from 'node:crypto'
import { audit } from '../accounts/history.ts'
import { countWayIn, tellAdminsOfWayIn } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import { showsTwoFactors } from '../credentials/methods.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import type { Caller } from '../http/caller.ts'
import { notifyOwner } from '../mail/outbox.ts'
import { lockOwnAccount } from '../sign-in/lock-account.ts'
import { type GoodChallenge, readChallenge, spendChallenge } from './challenge.ts'
import { findChallenge } from './client-data.ts'
import { countPasskeys, mostPasskeys, noteCount } from './counted.ts'
import { isTooLarge, type NewCredential } from './credential.ts'
import { presentPasskey } from './list.ts'
import { type NewPasskey, verifyRegistration } from './verify-registration.ts'

export const registerPasskeyRefusals = [
  'passkey:invalid_challenge',
  'passkey:challenge_expired',
  'passkey:invalid_registration',
  'passkey:already_registered',
  'passkey:limit_reached',
  'user:invalid_session',
  'rate_limit:exceeded',
] as const

type RegisterPasskeyRefusal = (typeof registerPasskeyRefusals)[number]

type Registration = { readonly credential: NewCredential; readonly name: string; readonly client: Caller }

/**
 * Afterwards the passkey signs in to the account, and its owner is told; for an administrator's account, all
 * administrators are told.
 */
export async function registerPasskey(
  ctx: Context<RegisterPasskeyRefusal>,
  signedIn: SignedIn,
  { credential, name, client }: Registration,
) {
  const { challenge, passkey } = await verify(ctx, signedIn, credential)
  await countWayIn(ctx, signedIn.user)
  const isVouchedFor = showsTwoFactors(signedIn.methods)
  return changeAccounts(ctx, async (tx) => {
    // Before the lock, so that copies of one request wait for each other without holding up the account.
    if (!(await spendChallenge(tx, challenge))) throw ctx.fault('passkey:invalid_challenge')
    const user = await lockOwnAccount(ctx, tx, signedIn)
    if ((await countPasskeys(tx, user.id)) >= mostPasskeys) throw ctx.fault('passkey:limit_reached')
    const made = await put(ctx, tx, { ...passkey, userId: user.id, name, isVouchedFor })
    await noteCount(tx, user.id)
    await audit(tx, { type: 'passkey_added', userId: user.id, client, metadata: { passkey: made.id } })
    await notifyOwner(tx, ctx, user, { template: 'passkey_added', name })
    await tellAdminsOfWayIn(tx, ctx, signedIn.user, { what: 'passkey', countsAtOnce: isVouchedFor })
    return presentPasskey(made, undefined)
  })
}

type Verified = { readonly challenge: GoodChallenge; readonly passkey: NewPasskey }

async function verify(
  ctx: Context<RegisterPasskeyRefusal>,
  { sessionId }: SignedIn,
  credential: NewCredential,
): Promise<Verified> {
  const { clientDataJSON } = credential.response
  const said = { type: 'webauthn.create', origins: ctx.config.passkeyOrigins } as const
  const text = isTooLarge(credential) ? undefined : findChallenge(clientDataJSON, said)
  if (text === undefined) throw ctx.fault('passkey:invalid_registration')
  const wanted = { purposes: ['registration', 'conditional registration'], bindings: [sessionId] } as const
  const challenge = readChallenge(ctx, text, wanted)
  if (typeof challenge === 'string') throw ctx.fault(challenge)
  const isConditional = challenge.purpose === 'conditional registration'
  try {
    return { challenge, passkey: await verifyRegistration(ctx.config, credential, { challenge: text, isConditional }) }
  } catch (cause) {
    throw ctx.fault('passkey:invalid_registration', { cause })
  }
}

type NewRow = NewPasskey & { readonly userId: string; readonly name: string; readonly isVouchedFor: boolean }

async function put(ctx: Context<'passkey:already_registered'>, tx: AccountTransaction, row: NewRow) {
  const [made] = await tx
    .insert(passkeys)
    .values({ id: randomUUIDv7(), ...row })
    .onConflictDoNothing({ target: passkeys.credentialId })
    .returning()
  if (made === undefined) throw ctx.fault('passkey:already_registered')
  return made
}
