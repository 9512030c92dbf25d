import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { oauthSignUps } from '../db/schema/oauth.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Identity, Provider } from './provider.ts'

type NewSignUp = {
  readonly provider: Provider
  readonly identity: Identity
  readonly email: string
  readonly needsMail: boolean
  readonly rememberMe: boolean
  readonly anonymousDigest: Buffer | undefined
}

/** Afterwards a sign-up waits for its handle, bound to the browser or else to the app's form; returns its token. */
export async function issueOauthSignUp(tx: Transaction, config: Config, wish: NewSignUp): Promise<string> {
  const { provider, identity, email, needsMail, rememberMe, anonymousDigest } = wish
  const { text, digest } = makeToken('pendingOauth')
  await tx.insert(oauthSignUps).values({
    id: randomUUIDv7(),
    digest,
    providerId: provider.id,
    issuer: provider.namespace,
    subject: identity.subject,
    email,
    needsMail,
    rememberMe,
    pictureUrl: identity.pictureUrl,
    anonymousDigest,
    isApp: anonymousDigest === undefined,
    expiresAt: sql`now() + make_interval(secs => ${config.oauthPendingTtlSeconds})`,
  })
  return text
}
