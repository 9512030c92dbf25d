import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Config } from '../config.ts'
import { makeToken } from '../crypto/secret-token.ts'
import { sessions } from '../db/schema/sessions.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Client } from '../http/client.ts'

type NewSession = {
  readonly userId: string
  readonly deviceId?: string | undefined
  readonly rememberMe: boolean
  readonly client: Client
}

export type OpenedSession = { readonly token: string; readonly rememberMe: boolean }

/** Afterwards the user has one more session, under a token that nobody knew before [SE3]. */
export async function openSession(tx: Transaction, config: Config, opened: NewSession): Promise<OpenedSession> {
  const { userId, deviceId, rememberMe, client } = opened
  const token = makeToken('session')
  const idleEnd = sql`now() + make_interval(secs => ${config.sessionIdleTtlSeconds})`
  const absoluteEnd = sql`now() + make_interval(secs => ${config.sessionAbsoluteTtlSeconds})`
  await tx.insert(sessions).values({
    id: randomUUIDv7(),
    userId,
    deviceId,
    rememberMe,
    tokenDigest: token.digest,
    userAgent: client.userAgent,
    ipAddress: client.address,
    expiresAt: sql`least(${idleEnd}, ${absoluteEnd})`,
    maxExpiresAt: absoluteEnd,
  })
  return { token: token.text, rememberMe }
}
