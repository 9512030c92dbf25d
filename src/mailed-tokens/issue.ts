import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Method } from '../credentials/methods.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { prepared } from '../db/prepared.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import type { Transaction } from '../db/transaction.ts'
import { codeTokenOf, linkOf, type Pair } from './pair.ts'

export type Purpose = (typeof mailedTokens.$inferSelect)['purpose']

type NewToken = {
  readonly purpose: Purpose
  readonly userId?: string
  readonly signUpId?: string
  readonly addressKey: string
  readonly address?: string
  readonly since?: Date
  readonly rememberMe?: boolean
  readonly methods?: readonly Method[]
  readonly ttlSeconds: number
}

/** Afterwards PostgreSQL has the token's digest; its text exists only in what is returned. */
export async function issueMailedToken(tx: Transaction, token: NewToken): Promise<{ id: string; text: string }> {
  const id = randomUUIDv7()
  const { text, digest } = makeToken('mailed')
  await put(tx, { ...token, id, digest })
  return { id, text }
}

type NewPair = NewToken & {
  readonly id?: string
  /** The browser that the pair is for, if it has a name. */
  readonly anonymousDigest: Buffer | undefined
}

/** What the client that began a flow gets of its pair. */
export type IssuedPair = Pair & { readonly expiresAt: Date; readonly mailedAt: Date }

/**
 * Like `issueMailedToken`, for a link with digits beside it. Its mail is queued or asked for in the same transaction.
 */
export async function issuePair(
  tx: Transaction,
  keyring: Keyring,
  { id = randomUUIDv7(), anonymousDigest, ...token }: NewPair,
): Promise<IssuedPair> {
  const pair = { id, keyId: keyring.getSealingKey().id, addressKey: token.addressKey }
  const { digest } = linkOf(keyring, pair)
  const codeTokenDigest = codeTokenOf(keyring, pair).digest
  const times = await put(tx, {
    ...token,
    id,
    digest,
    codeTokenDigest,
    codeKeyId: pair.keyId,
    anonymousDigest: anonymousDigest ?? null,
  })
  return { ...pair, ...times }
}

type Columns = NewToken & {
  readonly id: string
  readonly digest: Buffer
  readonly codeTokenDigest?: Buffer
  readonly codeKeyId?: number
  readonly anonymousDigest?: Buffer | null
}

async function put(tx: Transaction, { since, ...columns }: Columns) {
  const [row] = await issueStatement(tx).execute({ ...unsetColumns, ...columns, since: since?.toISOString() ?? null })
  return row as { readonly expiresAt: Date; readonly mailedAt: Date }
}

const unsetColumns = {
  userId: null,
  signUpId: null,
  address: null,
  rememberMe: false,
  methods: [],
  codeTokenDigest: null,
  codeKeyId: null,
  anonymousDigest: null,
}

const issueStatement = prepared((tx) =>
  tx
    .insert(mailedTokens)
    .values({
      id: sql.placeholder('id'),
      purpose: sql.placeholder('purpose'),
      userId: sql.placeholder('userId'),
      signUpId: sql.placeholder('signUpId'),
      addressKey: sql.placeholder('addressKey'),
      address: sql.placeholder('address'),
      since: sql`${sql.placeholder('since')}::timestamptz`,
      digest: sql.placeholder('digest'),
      rememberMe: sql.placeholder('rememberMe'),
      methods: sql.placeholder('methods'),
      codeTokenDigest: sql.placeholder('codeTokenDigest'),
      codeKeyId: sql.placeholder('codeKeyId'),
      mailedAt: sql`now()`,
      anonymousDigest: sql.placeholder('anonymousDigest'),
      expiresAt: sql`now() + make_interval(secs => ${sql.placeholder('ttlSeconds')})`,
    })
    .returning({ expiresAt: mailedTokens.expiresAt, mailedAt: mailedTokens.mailedAt })
    .prepare('issue_mailed_token'),
)

const mostPairs = 3

/** By whose pairs of a purpose are counted; each column has an index. */
const ownerColumns = { sign_in: mailedTokens.addressKey, device_verify: mailedTokens.userId } as const

type Counted = keyof typeof ownerColumns

/** Afterwards at most three pairs of this purpose and owner are live, however many are issued at once. */
export async function supersedeOldestPairs(tx: Transaction, purpose: Counted, owner: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${purpose} ${owner}`}, 0))`)
  await oldestStatements[purpose](tx).execute({ owner })
}

const oldestStatement = (purpose: Counted) =>
  prepared((tx) => {
    const isLive = and(
      // A constant in the statement, so that PostgreSQL can use a partial index.
      sql`${mailedTokens.purpose} = ${sql.raw(`'${purpose}'`)}`,
      sql`${ownerColumns[purpose]} = ${sql.placeholder('owner')}`,
      isNotNull(mailedTokens.codeTokenDigest),
      isNull(mailedTokens.usedAt),
      isNull(mailedTokens.supersededAt),
      sql`${mailedTokens.expiresAt} > now()`,
    )
    const beyond = tx
      .select({ id: mailedTokens.id })
      .from(mailedTokens)
      .where(isLive)
      .orderBy(desc(mailedTokens.id))
      .offset(mostPairs)
    return tx
      .update(mailedTokens)
      .set({ supersededAt: sql`now()` })
      .where(inArray(mailedTokens.id, beyond))
      .prepare(`supersede_oldest_${purpose}`)
  })

const oldestStatements = {
  sign_in: oldestStatement('sign_in'),
  device_verify: oldestStatement('device_verify'),
} as const satisfies Record<Counted, unknown>

/**
 * Afterwards no link of these purposes that the account was mailed works, and mails with one are no longer sent [TK2].
 */
export async function supersedeUserTokens(
  tx: Transaction,
  userId: string,
  purposes: readonly Purpose[],
): Promise<void> {
  await tx
    .update(mailedTokens)
    .set({ supersededAt: sql`now()` })
    .where(
      and(
        eq(mailedTokens.userId, userId),
        inArray(mailedTokens.purpose, [...purposes]),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
      ),
    )
}

/** Afterwards no link of the sign-up works any more, and mails with one are no longer sent. */
export async function supersedeSignUpTokens(tx: Transaction, signUpId: string): Promise<void> {
  await supersedeStatement(tx).execute({ signUpId })
}

const supersedeStatement = prepared((tx) =>
  tx
    .update(mailedTokens)
    .set({ supersededAt: sql`now()` })
    .where(
      and(
        eq(mailedTokens.signUpId, sql.placeholder('signUpId')),
        isNull(mailedTokens.usedAt),
        isNull(mailedTokens.supersededAt),
      ),
    )
    .prepare('supersede_sign_up_tokens'),
)
