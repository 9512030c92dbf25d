import { eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { SecondStep } from '../credentials/methods.ts'
import type { Database } from '../db/database.ts'
import { users } from '../db/schema/users.ts'
import { totpFactor } from '../totp/factor.ts'
import type { Factor } from './factor.ts'

/** Every second factor, one line a room. */
const factors = [totpFactor] as const satisfies readonly Factor[]

export type FactorName = (typeof factors)[number]['name']

const quoted = (texts: readonly string[]): SQL => sql.raw(`array[${texts.map((text) => `'${text}'`).join(', ')}]`)

const each = (tell: (factor: Factor) => SQL, between: string): SQL => sql.join(factors.map(tell), sql.raw(between))

/** In a statement about users: the names of those that the account has. */
export const factorsOn = sql<FactorName[]>`array_remove(array[${each(
  ({ name, isOn }) => sql`case when ${isOn} then ${sql.raw(`'${name}'`)} end`,
  ', ',
)}], null)`

/** By what a sign-in goes on that waits for one of these. */
export const methodsOfFactors = (on: readonly FactorName[]): SecondStep[] =>
  factors.filter(({ name }) => on.includes(name)).flatMap(({ methods }) => methods)

/** For who helps its owner: since when the account has each, and from when on it counts. */
export const findFactors = (db: Database, userId: string) =>
  Promise.all(
    factors.map(async ({ name, label, onSince, countsFrom }) => {
      const [found] = await db
        .select({ since: onSince, countsFrom: countsFrom(sql`${userId}::uuid`) })
        .from(users)
        .where(eq(users.id, userId))
      return { name, label, since: found?.since ?? null, countsFrom: found?.countsFrom ?? null }
    }),
  )

/** From when on the account shows two factors with one of its own. */
export const factorsCountFrom = (userId: SQLWrapper): SQL<Date | null> =>
  sql`least(${each(({ countsFrom }) => countsFrom(userId), ', ')})`.mapWith(users.createdAt) as SQL<Date | null>

/**
 * In a statement: whether what was shown by that method counts by now, as it does not where the factor is too new
 * [AT10].
 */
export const countsByNow = (method: SQLWrapper, userId: SQLWrapper): SQL<boolean> =>
  sql<boolean>`(${each(
    ({ methods, countsFrom }) =>
      sql`(${method} <> all(${quoted(methods)}) or coalesce(${countsFrom(userId)} <= now(), false))`,
    ' and ',
  )})`
