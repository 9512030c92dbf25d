import { eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { SecondStep } from '../credentials/methods.ts'
import type { Database } from '../db/database.ts'
import { users } from '../db/schema/users.ts'
import { passkeyFactor } from '../passkeys/factor.ts'
import { totpFactor } from '../totp/factor.ts'
import type { Factor, Whose } from './factor.ts'

/** Every second factor, one line per folder. */
const factors = [totpFactor, passkeyFactor] as const satisfies readonly Factor[]

export type FactorName = (typeof factors)[number]['name']

const quoted = (texts: readonly string[]): SQL => sql.raw(`array[${texts.map((text) => `'${text}'`).join(', ')}]`)

const each = (tell: (factor: Factor) => SQL, between: string): SQL => sql.join(factors.map(tell), sql.raw(between))

const isDemanded = sql`(${sql.join(
  factors.filter((one) => !('standsIn' in one)).map(({ isOn }) => isOn),
  sql.raw(' or '),
)})`

/** In a statement about users: the names of the factors that a sign-in is asked for; empty if none is. */
export const factorsOn = sql<FactorName[]>`case when ${isDemanded} then array_remove(array[${each(
  ({ name, isOn }) => sql`case when ${isOn} then ${sql.raw(`'${name}'`)} end`,
  ', ',
)}], null) else '{}' end`

/** The methods that finish a sign-in that waits for one of these factors. */
export const methodsOfFactors = (on: readonly FactorName[]): SecondStep[] =>
  factors.filter(({ name }) => on.includes(name)).flatMap(({ methods }) => methods)

/** For the operator: since when the account has each factor, and from when on the factor counts. */
export const findFactors = (db: Database, userId: string) =>
  Promise.all(
    factors.map(async ({ name, label, onSince, countsFrom }) => {
      const [found] = await db
        .select({ since: onSince, countsFrom: countsFrom({ userId: sql`${userId}::uuid` }) })
        .from(users)
        .where(eq(users.id, userId))
      return { name, label, since: found?.since ?? null, countsFrom: found?.countsFrom ?? null }
    }),
  )

/** From when on one of the account's factors counts when two factors are demanded. */
export const factorsCountFrom = (userId: SQLWrapper): SQL<Date | null> =>
  sql`least(${each(({ countsFrom }) => countsFrom({ userId }), ', ')})`.mapWith(users.createdAt) as SQL<Date | null>

/** In a statement: whether the method counts now, which it does not while its factor is too new [AT10]. */
export const countsByNow = (method: SQLWrapper, whose: Whose): SQL<boolean> =>
  sql<boolean>`(${each(
    ({ methods, countsFrom }) =>
      sql`(${method} <> all(${quoted(methods)}) or coalesce(${countsFrom(whose)} <= now(), false))`,
    ' and ',
  )})`
