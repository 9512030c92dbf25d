import pg from 'pg'

/** Hashes that an export has apart from its accounts, by account id. */
export type HashStore = {
  put(rows: readonly { readonly id: string; readonly hash: string }[]): Promise<void>
  find(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  close(): Promise<void>
}

/**
 * Keeps them in a temporary table, so that any number of hashes fits; it ends with its connection.
 * @param directUrl PostgreSQL past any pooler, which would share the connection
 */
export async function openHashStore(directUrl: string): Promise<HashStore> {
  const client = new pg.Client({ connectionString: directUrl, connectionTimeoutMillis: 5000 })
  await client.connect()
  await client.query('create temp table import_hashes (id text primary key, hash text not null)')
  return {
    put: async (rows) => {
      await client.query(
        'insert into import_hashes select * from unnest($1::text[], $2::text[]) on conflict (id) do nothing',
        [rows.map(({ id }) => id), rows.map(({ hash }) => hash)],
      )
    },
    find: async (ids) => {
      const { rows } = await client.query<{ id: string; hash: string }>(
        'select id, hash from import_hashes where id = any($1::text[])',
        [ids],
      )
      return new Map(rows.map(({ id, hash }) => [id, hash]))
    },
    close: () => client.end(),
  }
}
