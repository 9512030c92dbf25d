import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { DomainError } from '../errors/fault.ts'
import type { Caller } from '../http/caller.ts'
import type { Proven } from '../sign-in/proven.ts'
import { admitAttempt, clearAttempts, recordFailure } from '../throttling/attempts.ts'
import { accountAttempts } from '../throttling/attempts-key.ts'
import { type CheckedCode, checkCode, claimCode, methodOf, type Purpose } from './check-code.ts'
import { noteBackupCode } from './note-backup-code.ts'

type Person = {
  readonly user: { readonly id: string; readonly email: string }
  readonly deviceId: string | null
}

type Proof = {
  readonly code: string
  readonly purpose: Purpose
  /** The act that the code should permit, for the audit log. */
  readonly act:
    | 'totp_verify'
    | 'reauthenticate'
    | 'totp_enable'
    | 'backup_codes_regenerate'
    | 'totp_disable'
    | 'delete_account'
  readonly client: Caller
  /** Counts the try elsewhere as well, after the account's own count let it through. */
  readonly countTry?: () => Promise<void>
}

/** Afterwards the code of the authenticator app has been checked; it still has to be claimed. */
export const proveTotp = (
  ctx: Context<'totp:invalid_code' | 'rate_limit:exceeded'>,
  person: Person,
  proof: Proof,
): Promise<CheckedCode> =>
  prove(ctx, person, { ...proof, mayBeBackup: false, refusalOf: () => ctx.fault('totp:invalid_code') })

/** Like `proveTotp`, but also takes a backup code. */
export const proveCode = (
  ctx: Context<'totp:invalid_code' | 'totp:backup_code_exhausted' | 'rate_limit:exceeded'>,
  person: Person,
  proof: Proof,
): Promise<CheckedCode> =>
  prove(ctx, person, {
    ...proof,
    mayBeBackup: true,
    refusalOf: (why) => ctx.fault(why === 'exhausted' ? 'totp:backup_code_exhausted' : 'totp:invalid_code'),
  })

type Attempt = Proof & {
  readonly mayBeBackup: boolean
  readonly refusalOf: (why: 'wrong' | 'exhausted') => DomainError
}

async function prove(
  ctx: Context<'rate_limit:exceeded'>,
  { user, deviceId }: Person,
  { code: text, purpose, mayBeBackup, act, client, countTry, refusalOf }: Attempt,
): Promise<CheckedCode> {
  const key = `codes:${accountAttempts(user.id, deviceId)}` as const
  await admitAttempt(ctx, key)
  await countTry?.()
  const checked = await checkCode(ctx, { userId: user.id, text, purpose, mayBeBackup })
  if (typeof checked === 'string') {
    await recordFailure(ctx, { key, owner: user, client, metadata: { act } })
    throw refusalOf(checked)
  }
  await clearAttempts(ctx.db, key)
  return checked
}

type Off = 'totp:not_enabled' | 'totp:invalid_code'

type Again<Code extends Off> = Omit<Proof, 'countTry'> & {
  /** The refusal if TOTP has been switched off meanwhile. */
  readonly off: Code
}

/** Afterwards the code or backup code of the signed-in account has been checked; `claim` spends it. */
export async function proveCodeAgain<Code extends Off>(
  ctx: Context<Code | 'totp:invalid_code' | 'totp:backup_code_exhausted' | 'rate_limit:exceeded'>,
  signedIn: SignedIn,
  { off, ...proof }: Again<Code>,
): Promise<Proven> {
  const checked = await proveCode(ctx, signedIn, proof)
  return {
    method: methodOf(checked),
    claim: async (tx, account) => {
      if (!account.factors.includes('totp')) throw ctx.fault(off)
      if (!(await claimCode(tx, proof.purpose, checked))) throw ctx.fault('totp:invalid_code')
      await noteBackupCode(tx, ctx, { user: account, checked, client: proof.client })
    },
  }
}
