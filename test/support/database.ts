import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { clearDatabase, type Pristine } from './clear-database.ts'

export const templateName = 'postern_template'

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
}

export async function runStatement(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

export type TestDatabase = {
  readonly url: string
  drop(): Promise<void>
  /** For whoever has closed every connection to it: the next file may get it, as new. */
  giveBack(pristine: Pristine): Promise<void>
}

/** As new. PostgreSQL works for a tenth of a second to copy one, and hardly at all to empty one. */
const spares = new Map<string, string[]>()

/** A migrated database of the test file's own. */
export async function createDatabase(serverUrl: string): Promise<TestDatabase> {
  const spare = spares.get(serverUrl) ?? []
  spares.set(serverUrl, spare)
  const name = spare.pop() ?? (await copyTemplate(serverUrl))
  const url = withDatabase(serverUrl, name)
  const drop = () => runStatement(serverUrl, `drop database if exists ${name} with (force)`)
  return {
    url,
    drop,
    giveBack: async (pristine) => {
      if (await clearDatabase(url, pristine)) spare.push(name)
      else await drop()
    },
  }
}

async function copyTemplate(serverUrl: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await runStatement(serverUrl, `create database ${name} template ${templateName}`)
  return name
}
