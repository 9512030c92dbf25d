import pg from 'pg'

/** The API's role may add and read rows of these tables, but not change or delete them [LG2]. */
const appendOnly = 'security_events, moderation_logs'
const jobSchema = 'pgboss'

/**
 * Afterwards the API's role may do what it must and no more, if it is another role than the one that owns the tables.
 * Runs at every start, so that the tables of new migrations are covered and superfluous grants are revoked.
 */
export async function grantToApi(owner: pg.Client, apiUrls: readonly string[]): Promise<void> {
  const own = await roleOf(owner)
  const roles = new Set(await Promise.all([...new Set(apiUrls)].map(roleAt)))
  for (const role of roles) {
    if (role === own) continue
    // PostgreSQL runs several statements of one query as one transaction, so requests that run meanwhile never see a
    // right revoked and not yet granted again.
    await owner.query(grantsFor(pg.escapeIdentifier(role), await functionsOf(owner)).join(';'))
  }
}

/**
 * Leaves out functions of extensions, which the extension's creator owns: granting them would give a warning for each.
 */
async function functionsOf(owner: pg.Client): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select pg_proc.oid::regprocedure::text as name from pg_proc
     where pronamespace in ('public'::regnamespace, $1::regnamespace)
       and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid
         and deptype = 'e')`,
    [jobSchema],
  )
  return rows.map(({ name }) => name)
}

const grantsFor = (role: string, functions: readonly string[]): string[] => [
  `grant usage on schema public, ${jobSchema} to ${role}`,
  ...['public', jobSchema].flatMap((schema) => [
    `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
    `grant usage, select on all sequences in schema ${schema} to ${role}`,
  ]),
  ...(functions.length === 0 ? [] : [`grant execute on routine ${functions.join(', ')} to ${role}`]),
  `revoke all on ${appendOnly} from ${role}`,
  `grant select, insert on ${appendOnly} to ${role}`,
]

async function roleAt(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return await roleOf(client)
  } finally {
    await client.end()
  }
}

async function roleOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ role: string }>('select current_user as role')
  return rows[0]?.role ?? ''
}
