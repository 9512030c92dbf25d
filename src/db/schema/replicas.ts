import { pgTable, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * API processes that may answer from memory until `leaseUntil`. Unlogged: after a crash of PostgreSQL each process asks
 * for a new lease.
 */
export const replicas = pgTable('replicas', { id: uuid().primaryKey(), leaseUntil: instant().notNull() })
