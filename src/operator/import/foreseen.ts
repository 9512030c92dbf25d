import pg from 'pg'
import { handleKey } from '../../accounts/fields.ts'
import type { Taken } from './place.ts'

/** The addresses and handles that are taken, and those that the accounts of a dry run would take. */
type Foreseen = Taken & {
  add(accounts: readonly { readonly emailKey: string; readonly handle: string }[]): Promise<void>
  close(): Promise<void>
}

/**
 * Keeps them in a temporary table, so that any number of accounts fits; it ends with its connection.
 * @param directUrl PostgreSQL past any pooler, which would share the connection
 */
export async function openForeseen(directUrl: string, taken: Taken): Promise<Foreseen> {
  const client = new pg.Client({ connectionString: directUrl, connectionTimeoutMillis: 5000 })
  await client.connect()
  await client.query('create temp table foreseen (email_key text primary key, handle_key text not null unique)')
  type Row = { readonly email_key: string; readonly handle_key: string }
  const find = async (column: keyof Row, keys: readonly string[]): Promise<Row[]> => {
    const { rows } = await client.query<Row>(`select * from foreseen where ${column} = any($1::text[])`, [keys])
    return rows
  }
  return {
    findOwners: async (keys) => {
      const rows = await find('email_key', keys)
      return new Map([
        ...(await taken.findOwners(keys)),
        ...rows.map((row) => [row.email_key, row.handle_key] as const),
      ])
    },
    findReserved: async (keys) => {
      const rows = await find('handle_key', keys)
      return new Set([...(await taken.findReserved(keys)), ...rows.map((row) => row.handle_key)])
    },
    add: async (accounts) => {
      await client.query('insert into foreseen select * from unnest($1::text[], $2::text[])', [
        accounts.map(({ emailKey }) => emailKey),
        accounts.map(({ handle }) => handleKey(handle)),
      ])
    },
    close: () => client.end(),
  }
}
