import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import { deriveKey } from '../crypto/derived-key.ts'
import { type Keyring, KeyringError } from '../crypto/keyring.ts'
import { prepared } from '../db/prepared.ts'
import { spentChallenges } from '../db/schema/passkeys.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import { readBase64url } from './base64url.ts'

/** The one act that a challenge is good for. */
export type Purpose =
  | 'sign-in'
  | 'app sign-in'
  | 'second step'
  | 'reauthentication'
  | 'registration'
  | 'conditional registration'

/**
 * What a challenge is bound to: the digest of a browser's name, or the id of a session or of a waiting login. An app,
 * which has no name, has the empty text.
 */
type Binding = Buffer | string

type ChallengeDeps = {
  readonly config: Pick<Config, 'passkeyChallengeTtlSeconds'>
  readonly keyring: Keyring
  readonly replicas: Pick<Deps['replicas'], 'isLeased' | 'databaseNow'>
}

/**
 * The head of a challenge: 16 random bytes, the second in which it expires (4 bytes) and the id of its key (4 bytes).
 * The MAC behind it proves that this server made it.
 */
const headBytes = 24
const macBytes = 16

function macOf(keyring: Keyring, head: Buffer, purpose: Purpose, binding: Binding): Buffer {
  const key = deriveKey(keyring, head.readUInt32BE(20), 'passkey challenge')
  return createHmac('sha256', key)
    .update(purpose)
    .update('\0')
    .update(head)
    .update(binding)
    .digest()
    .subarray(0, macBytes)
}

/** The database's clock if it is known, so that replicas whose own clocks are wrong agree. */
const secondsNow = ({ replicas }: ChallengeDeps): number =>
  Math.floor((replicas.isLeased() ? replicas.databaseNow() : Date.now()) / 1000)

/**
 * Makes a challenge without storing it, so that nobody can fill a table by asking: only spent challenges are stored.
 */
export function issueChallenge(deps: ChallengeDeps, purpose: Purpose, binding: Binding) {
  const endsAt = secondsNow(deps) + deps.config.passkeyChallengeTtlSeconds
  const head = Buffer.alloc(headBytes)
  randomBytes(16).copy(head)
  head.writeUInt32BE(endsAt, 16)
  head.writeUInt32BE(deps.keyring.getSealingKey().id, 20)
  const challenge = Buffer.concat([head, macOf(deps.keyring, head, purpose, binding)])
  return { challenge: challenge.toString('base64url'), expiresAt: new Date(endsAt * 1000) }
}

/** A challenge that was made here and has not expired. It may have been spent already. */
export type GoodChallenge<Good extends Purpose = Purpose> = {
  readonly purpose: Good
  readonly digest: Buffer
  readonly expiresAt: Date
}

type Wanted<Good extends Purpose> = { readonly purposes: readonly Good[]; readonly bindings: readonly Binding[] }

/** Reads a challenge that a passkey answered. It must have been made here, for one of these purposes and bindings. */
export function readChallenge<Good extends Purpose>(
  deps: ChallengeDeps,
  text: string,
  { purposes, bindings }: Wanted<Good>,
): GoodChallenge<Good> | 'passkey:invalid_challenge' | 'passkey:challenge_expired' {
  const challenge = readBase64url(text)
  if (challenge?.length !== headBytes + macBytes) return 'passkey:invalid_challenge'
  const head = challenge.subarray(0, headBytes)
  const purpose = purposes.find((one) => bindings.some((binding) => isOurs(deps.keyring, challenge, one, binding)))
  if (purpose === undefined) return 'passkey:invalid_challenge'
  const endsAt = head.readUInt32BE(16)
  if (endsAt <= secondsNow(deps)) return 'passkey:challenge_expired'
  return { purpose, digest: createHash('sha256').update(challenge).digest(), expiresAt: new Date(endsAt * 1000) }
}

function isOurs(keyring: Keyring, challenge: Buffer, purpose: Purpose, binding: Binding): boolean {
  try {
    const mac = macOf(keyring, challenge.subarray(0, headBytes), purpose, binding)
    return timingSafeEqual(mac, challenge.subarray(headBytes))
  } catch (error) {
    // The challenge names a key that was removed from the keyring, or that never existed.
    if (error instanceof KeyringError) return false
    throw error
  }
}

/**
 * Returns whether this statement spent the challenge. It runs in the transaction of what the challenge allows, so that
 * of racing requests one succeeds [TK1 PK1].
 */
export async function spendChallenge(tx: Transaction, { digest, expiresAt }: GoodChallenge): Promise<boolean> {
  const spent = await spendStatement(tx).execute({ digest, expiresAt })
  return spent.length > 0
}

const spendStatement = prepared((tx) =>
  tx
    .insert(spentChallenges)
    .values({ digest: sql.placeholder('digest'), expiresAt: sql.placeholder('expiresAt') })
    .onConflictDoNothing()
    .returning({ digest: spentChallenges.digest })
    .prepare('spend_challenge'),
)
