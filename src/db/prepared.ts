import type { Database } from './database.ts'

/**
 * Builds a drizzle statement once per connection, as building it takes longer than PostgreSQL takes to run it. Whatever
 * varies between runs must be a placeholder [D4].
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
