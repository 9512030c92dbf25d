import { sql } from 'drizzle-orm'
import { userRoles, users } from '../db/schema/users.ts'

/** The roles, highest first. */
export const roles = ['admin', 'mod'] as const
export type Role = (typeof roles)[number]

/** Whether the user has the needed role or a higher one. */
export const hasRole = (held: readonly Role[], needed: Role): boolean =>
  held.some((role) => roles.indexOf(role) <= roles.indexOf(needed))

/** Condition for a role that is permanent or has not expired. */
export const isInForce = sql`coalesce(${userRoles.expiresAt} > now(), true)`

/** The roles of the user of a statement that joins `users`, highest first, as `admin` sorts before `mod`. */
export const heldRoles = sql<Role[]>`array(
  select ${userRoles.role} from ${userRoles}
  where ${userRoles.userId} = ${users.id} and ${isInForce}
  order by ${userRoles.role})`
