import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** What a database has that nobody has used yet. */
export type Pristine = {
  /** Changes with every change of the schema. */
  readonly schema: string
  readonly sequences: readonly string[]
  /** By the name of the table. */
  readonly rows: Readonly<Record<string, readonly object[]>>
}

const inSchemas = "in (select oid from pg_namespace where nspname !~ '^pg_|^information_schema$')"
const firstOfOurs = 16_384

const catalogs = ['class', 'attrdef', 'proc', 'constraint', 'trigger', 'type', 'namespace', 'policy', 'extension']
const seenOf = (catalog: string, oid = 'oid') =>
  `select count(*) || ':' || max(xmin::text::int8) as seen from pg_${catalog} where ${oid} >= ${firstOfOurs}`

/** Every change writes a row of a catalog, and a row knows which transaction wrote it. Settings and rights are the server's. */
const schemaQuery = `select string_agg(seen, ' ') as schema from (
  ${[...catalogs, 'default_acl', 'rewrite'].map((name) => seenOf(name)).join(' union all ')}
  union all ${seenOf('attribute', 'attrelid')}
  union all select concat(datacl, datallowconn, (select count(*) from pg_db_role_setting where setdatabase = pg_database.oid))
    from pg_database where datname = current_database()) as all_seen`

async function schemaOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ schema: string }>(schemaQuery)
  return rows[0]?.schema ?? ''
}

async function namesOf(client: pg.Client, kind: 'r' | 'S'): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = $1 and relnamespace ${inSchemas}`,
    [kind],
  )
  return rows.map(({ name }) => name)
}

export async function readPristine(url: string): Promise<Pristine> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const rows: Record<string, readonly object[]> = {}
    for (const table of await namesOf(client, 'r')) {
      const read = await client.query<{ row: object }>(`select to_jsonb(one) as row from ${table} as one`)
      rows[table] = read.rows.map(({ row }) => row)
    }
    return { schema: await schemaOf(client), sequences: await namesOf(client, 'S'), rows }
  } finally {
    await client.end()
  }
}

/** Deleted rows stay in the files, as nothing vacuums here. */
const mostDeleted = 1000

/**
 * Makes the database as new again. Gives false if it cannot: its schema or settings were changed, somebody still uses
 * it, or it had so many rows that the next test would notice.
 */
export async function clearDatabase(url: string, pristine: Pristine): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    if ((await schemaOf(client)) !== pristine.schema || (await isInUse(client))) return false
    return (await restoreRows(client, pristine)) <= mostDeleted
  } catch {
    // A test has taken away what this needs, perhaps the right to connect.
    return false
  } finally {
    await client.end()
  }
}

/** A connection that was closed is there for a moment longer; a neighbour's stays. */
async function isInUse(client: pg.Client): Promise<boolean> {
  for (let look = 0; look < 50; look++) {
    const { rows } = await client.query(
      `select from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    )
    if (rows.length === 0) return false
    await sleep(20)
  }
  return true
}

async function restoreRows(client: pg.Client, { sequences, rows }: Pristine): Promise<number> {
  // Neither keys between tables nor triggers, which forbid to change the history, are to be heard here.
  const statements = [
    'begin',
    'set local session_replication_role = replica',
    ...Object.keys(rows).map((table) => `delete from ${table}`),
    ...sequences.map((name) => `select setval('${name}', 1, false)`),
  ]
  const results = (await client.query(statements.join(';'))) as unknown as pg.QueryResult[]
  for (const [table, kept] of Object.entries(rows)) {
    if (kept.length === 0) continue
    const insert = `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`
    await client.query(insert, [JSON.stringify(kept)])
  }
  await client.query('commit')
  return results.reduce((sum, { command, rowCount }) => sum + (command === 'DELETE' ? (rowCount ?? 0) : 0), 0)
}
