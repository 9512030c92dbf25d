import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { oauthSignUps } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'

type NewSignUp = {
  /** Set if the sign-up came through a provider. Otherwise its mailbox has confirmed the address. */
  readonly connection?: {
    readonly providerId: string
    readonly issuer: string
    readonly subject: string
    readonly pictureUrl: string | undefined
  }
  readonly email: string
  readonly needsMail: boolean
  readonly rememberMe: boolean
  readonly anonymousDigest: Buffer | undefined
}

/** Afterwards a sign-up waits for its handle, bound to the browser or to the routes for apps. Returns its token. */
export async function issuePendingSignUp(tx: Transaction, config: Config, wish: NewSignUp): Promise<string> {
  const { connection, email, needsMail, rememberMe, anonymousDigest } = wish
  const { text, digest } = makeToken('pendingOauth')
  await tx.insert(oauthSignUps).values({
    id: randomUUIDv7(),
    digest,
    ...connection,
    email,
    needsMail,
    rememberMe,
    anonymousDigest,
    isApp: anonymousDigest === undefined,
    expiresAt: sql`now() + make_interval(secs => ${config.oauthPendingTtlSeconds})`,
  })
  return text
}
