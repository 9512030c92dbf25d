import type { Database } from './database.ts'

/**
 * A statement that drizzle puts together once for each connection, as doing so every time takes longer than PostgreSQL
 * takes to run it. What differs from run to run is a placeholder [D4].
 */
export function prepared<Statement>(prepare: (on: Database) => Statement): (on: Database) => Statement {
  const made = new WeakMap<Database['$client'], Statement>()
  return (on) => {
    const known = made.get(on.$client)
    if (known !== undefined) return known
    const statement = prepare(on)
    made.set(on.$client, statement)
    return statement
  }
}
