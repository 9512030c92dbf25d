import { randomUUIDv7 } from 'node:crypto'
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Method } from '../credentials/methods.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { prepared } from '../db/prepared.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import type { Transaction } from '../db/transaction.ts'

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

/** Afterwards the token stands in PostgreSQL as a digest; its text exists only in what is returned. */
export async function issueMailedToken(
  tx: Transaction,
  { rememberMe = false, methods = [], since, ...token }: NewToken,
): Promise<{ id: string; text: string }> {
  const id = randomUUIDv7()
  const { text, digest } = makeToken('mailed')
  await issueStatement(tx).execute({
    ...unsetColumns,
    ...token,
    rememberMe,
    methods,
    since: since?.toISOString() ?? null,
    id,
    digest,
  })
  return { id, text }
}

const unsetColumns = { userId: null, signUpId: null, address: null } as const

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
      expiresAt: sql`now() + make_interval(secs => ${sql.placeholder('ttlSeconds')})`,
    })
    .prepare('issue_mailed_token'),
)

/**
 * Afterwards no link of these kinds that the account was mailed works any more, and no mail with one goes out [TK2].
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
