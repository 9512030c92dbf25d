import { sql } from 'drizzle-orm'
import { userRoles, users } from '../db/schema/users.ts'

/** The highest first. */
export const roles = ['admin', 'mod'] as const
export type Role = (typeof roles)[number]

/** A role may do what a lower one may. */
export const hasRole = (held: readonly Role[], needed: Role): boolean =>
  held.some((role) => roles.indexOf(role) <= roles.indexOf(needed))

/** Of a role that was given for good, or until a moment that is still to come. */
export const isInForce = sql`coalesce(${userRoles.expiresAt} > now(), true)`

/** The roles of the user of a statement that joins `users`, the highest first, as `admin` comes before `mod`. */
export const heldRoles = sql<Role[]>`array(
  select ${userRoles.role} from ${userRoles}
  where ${userRoles.userId} = ${users.id} and ${isInForce}
  order by ${userRoles.role})`
