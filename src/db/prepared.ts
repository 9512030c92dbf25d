import type { Transaction } from './transaction.ts'

/**
 * A statement that drizzle puts together once for each connection, as doing so every time takes longer than PostgreSQL takes to run it.
 * What differs from run to run is a placeholder.
 */
export function prepared<Statement>(prepare: (on: Transaction) => Statement): (on: Transaction) => Statement {
  const made = new WeakMap<Transaction, Statement>()
  return (on) => {
    const known = made.get(on)
    if (known !== undefined) return known
    const statement = prepare(on)
    made.set(on, statement)
    return statement
  }
}
