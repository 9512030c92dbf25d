import { and, inArray } from 'drizzle-orm'
import { workingRpIds } from '../config/relying-party.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import type { WaysIn } from '../sign-in/way-in.ts'
import { isTheirs } from './counted.ts'

export const wayInOf = (passkeyId: string): string => `passkey ${passkeyId}`

/** One of a domain that is accepted no more opens nothing. */
export const passkeyWaysIn: WaysIn = async (tx, config, { id: userId }) => {
  const isAccepted = inArray(passkeys.rpId, [...workingRpIds(config)])
  const rows = await tx
    .select({ id: passkeys.id })
    .from(passkeys)
    .where(and(isTheirs(userId), isAccepted))
  return rows.map(({ id }) => wayInOf(id))
}
