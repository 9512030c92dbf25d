import { timingSafeEqual } from 'node:crypto'
import { and, eq, isNull, lt, sql } from 'drizzle-orm'
import { addressDigest } from '../accounts/address-digest.ts'
import type { Digits } from '../accounts/link-or-digits.ts'
import type { Context } from '../context.ts'
import { KeyringError } from '../crypto/keyring.ts'
import type { Database } from '../db/database.ts'
import { prepared } from '../db/prepared.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import type { Caller } from '../http/caller.ts'
import { admitAttempt, clearAttempts, recordFailure } from '../throttling/attempts.ts'
import { accountAttempts } from '../throttling/attempts-key.ts'
import { clearRest, noteWrongDigits, refuseResting } from '../throttling/rest.ts'
import { type FoundPair, findPair, type Home, mostTries } from './find-pair.ts'
import type { Purpose } from './issue.ts'
import { digitsOf, readDigits } from './pair.ts'

export const digitRefusals = [
  'email:invalid_code',
  'email:invalid_code_token',
  'email:code_token_expired',
  'rate_limit:exceeded',
] as const

type DigitRefusal = (typeof digitRefusals)[number]

type Proof = Digits & {
  readonly purpose: Purpose
  readonly home: Home
  readonly deviceToken?: string | undefined
  readonly client: Caller
  /** Refuses flows that no digits could finish, before a try is counted. */
  readonly mayTry?: (found: FoundPair) => void
}

type Proven = FoundPair & {
  /**
   * Ends the count of wrong tries. Called once the client is let in, and not while a second factor is still to be
   * shown: wrong codes of that are in the same count, which a mailbox alone must not end [MC8].
   */
  readonly endCount: (db: Database) => Promise<void>
}

/**
 * Afterwards the digits have been checked; the pair still has to be taken. Each try is counted before the digits are
 * compared, for the pair and for the account or address, in no transaction that could roll it back [MC1].
 */
export async function proveDigits(ctx: Context<DigitRefusal>, proof: Proof): Promise<Proven> {
  const { code, purpose, client, mayTry } = proof
  const found = await findPair(ctx, { ...proof, purposes: [purpose] })
  mayTry?.(found)
  const { token, owner, deviceId } = found
  const digest = addressDigest(ctx.keyring, token.addressKey)
  const whose = { digest, owner }
  const key = owner ? (`codes:${accountAttempts(owner.id, deviceId)}` as const) : (`codes:address:${digest}` as const)
  await admitAttempt(ctx, key)
  const wereWrong = await refuseResting(ctx, whose)
  await countTry(ctx, token.id)
  if (!isRight(ctx, found, code)) {
    const metadata = { act: purpose, address_digest: digest }
    await recordFailure(ctx, { key, owner: owner ?? undefined, client, metadata })
    await noteWrongDigits(ctx, whose)
    throw ctx.fault('email:invalid_code')
  }
  if (wereWrong) await clearRest(ctx.db, whose)
  return { ...found, endCount: (db) => clearAttempts(db, key) }
}

async function countTry(ctx: Context<'email:invalid_code_token'>, id: string): Promise<void> {
  const counted = await countStatement(ctx.db).execute({ id })
  if (counted.length === 0) throw ctx.fault('email:invalid_code_token')
}

const countStatement = prepared((db) =>
  db
    .update(mailedTokens)
    .set({ tries: sql`${mailedTokens.tries} + 1` })
    .where(
      and(
        eq(mailedTokens.id, sql.placeholder('id')),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
        lt(mailedTokens.tries, mostTries),
      ),
    )
    .returning({ id: mailedTokens.id })
    .prepare('count_try_at_pair'),
)

function isRight(ctx: Context<never>, { token, owner }: FoundPair, code: string): boolean {
  const given = readDigits(code)
  const isMailed = owner !== null || token.signUpId !== null || ctx.config.emailSignUp === 'on'
  // An address without an account or sign-up was mailed no digits, so whatever is typed is wrong.
  if (given === undefined || !isMailed) return false
  try {
    const digits = digitsOf(ctx, { ...token, keyId: token.codeKeyId })
    return timingSafeEqual(Buffer.from(given), Buffer.from(digits))
  } catch (error) {
    // The key was removed from the keyring, so what was mailed can no longer be checked.
    if (error instanceof KeyringError) return false
    throw error
  }
}
