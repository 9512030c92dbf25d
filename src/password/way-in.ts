import { sql } from 'drizzle-orm'
import { users } from '../db/schema/users.ts'
import type { WaysIn } from '../sign-in/way-in.ts'

export const passwordWayIn: WaysIn = () =>
  sql`select ${users.id} as user_id, 'password' as way from ${users} where ${users.passwordHash} is not null`
