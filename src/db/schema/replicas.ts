import { pgTable, uuid } from 'drizzle-orm/pg-core'
import { instant } from './columns.ts'

/**
 * API processes that may answer from memory until then. Unlogged: after a crash of PostgreSQL each asks for its lease
 * anew.
 */
export const replicas = pgTable('replicas', { id: uuid().primaryKey(), leaseUntil: instant().notNull() })
