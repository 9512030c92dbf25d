import { and, inArray, isNull, sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import { workingRpIds } from '../config/relying-party.ts'
import { passkeys } from '../db/schema/passkeys.ts'
import type { WaysIn } from '../sign-in/way-in.ts'
import { isTheirs } from './counted.ts'

export const wayInOf = (passkeyId: string): string => `passkey ${passkeyId}`

/** Whether a passkey was made for a domain that is still accepted; others open nothing. */
const isOfWorkingDomain = (config: Config) => inArray(passkeys.rpId, [...workingRpIds(config)])

/** Condition for the account's passkeys that can be used. */
export const isWorking = (config: Config, userId: string) => and(isTheirs(userId), isOfWorkingDomain(config))

export const passkeyWaysIn: WaysIn = (config) => sql`
  select ${passkeys.userId} as user_id, ${wayInOf('')} || ${passkeys.id} as way
  from ${passkeys} where ${and(isNull(passkeys.deletedAt), isOfWorkingDomain(config))}`
