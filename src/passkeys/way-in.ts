import { and, inArray } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import { workingRpIds } from '../config/relying-party.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import type { WaysIn } from '../sign-in/way-in.ts'
import { isTheirs } from './counted.ts'

export const wayInOf = (passkeyId: string): string => `passkey ${passkeyId}`

/** Of the account, and of a domain that is accepted: one of another domain opens nothing. */
export const isWorking = (config: Config, userId: string) =>
  and(isTheirs(userId), inArray(passkeys.rpId, [...workingRpIds(config)]))

export const passkeyWaysIn: WaysIn = async (tx, config, { id: userId }) => {
  const rows = await tx.select({ id: passkeys.id }).from(passkeys).where(isWorking(config, userId))
  return rows.map(({ id }) => wayInOf(id))
}
