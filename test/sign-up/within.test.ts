import { expect, test, vi } from 'vitest'
import { type TestApp, useApp } from '../support/app.ts'
import { mailsTo, newPerson, signedUp, signedUpByMail } from '../support/people.ts'

const within = useApp()
const byMail = useApp()

type Column = { readonly table: string; readonly column: string; readonly type: string }

/** Every row of every table but the job queue's own, ids and digests by their form, times by their minute from now. */
async function rowsOf({ sql }: TestApp): Promise<Record<string, unknown>> {
  const columns = await sql<Column>(
    `select format('%I.%I', table_schema, table_name) as table, format('%I', column_name) as column, data_type as type
     from information_schema.columns join pg_tables on schemaname = table_schema and tablename = table_name
     where table_schema = 'public' or table_schema || '.' || table_name = 'pgboss.job'
     order by table_name, ordinal_position`,
  )
  const tables = Map.groupBy(columns, ({ table }) => table)
  const entries = [...tables].map(async ([table, all]) => {
    const shown = all.map((one) => `${shownAs(one)} as ${one.column}`)
    return [
      table,
      (await sql(`select ${shown} from ${table} order by ${all.map((_, at) => at + 1)}`)).map(formOf),
    ] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

function shownAs({ column, type }: Column): string {
  if (type.startsWith('timestamp')) return `round(extract(epoch from ${column} - now()) / 60)`
  return type === 'bytea' ? `length(${column})` : `${column}::text`
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
const keyed = /(?<=^|:)[\w-]{22}(?:[\w-]{21})?$/
const hash = /(?<=\$argon2id\$.*\$).*\$.*/
const formOf = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace(uuid, 'uuid').replace(keyed, 'keyed').replace(hash, 'salted') : value,
    ]),
  )

test('an account that the tests make within the process is that of a sign-up over HTTP and SMTP: its rows, mail, session', async () => {
  const person = newPerson({ email: 'Ada@Within.Example' })
  const [made, signed] = await Promise.all([signedUp(within, person), signedUpByMail(byMail, person)])
  // What the route counts of its network, which nothing but its limit reads.
  await byMail.sql("delete from rate_counters where key = 'sign-up:127.0.0.1'")
  await vi.waitFor(async () => expect(await rowsOf(within)).toEqual(await rowsOf(byMail)))
  expect([...made.client.cookies.keys()]).toEqual([...signed.client.cookies.keys()])

  const [mail, sent] = await Promise.all([mailsTo(within, person.email), mailsTo(byMail, person.email)])
  const plain = (text: string) => text.replace(/token=[\w-]+|\d{3} ?\d{3}/g, 'secret').trim()
  const told = (mails: typeof mail) => mails.map(({ to, subject, text, html }) => [to, subject, text, html].map(plain))
  expect(told(mail)).toEqual(told(sent))

  const mine = (await made.client.get('/v0/user/me')).body
  expect(mine).toMatchObject({ email: person.email, handle: person.handle, display_name: person.display_name })
  const login = { email: person.email, password: person.password }
  expect((await within.client().post('/v0/auth/login', login)).status).toBe(202)
})
