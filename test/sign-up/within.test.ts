import { expect, test, vi } from 'vitest'
import { type TestApp, useApp } from '../support/app.ts'
import {
  mailsTo,
  newPerson,
  signedInOnDevice,
  signedInOnDeviceByMail,
  signedUp,
  signedUpByMail,
} from '../support/people.ts'

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
    const rows = await sql(`select ${all.map((one) => `${shownAs(one)} as ${one.column}`)} from ${table}`)
    return [table, rows.map(formOf).sort()] as const
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
const formOf = (row: object): string =>
  JSON.stringify(row, (_name, value: unknown) =>
    typeof value === 'string' ? value.replace(uuid, 'uuid').replace(keyed, 'keyed').replace(hash, 'salted') : value,
  )

test.each([
  ['account', 'Ada@Within.Example', signedUp, signedUpByMail],
  ['account with a known device', 'Bob@Within.Example', signedInOnDevice, signedInOnDeviceByMail],
])(
  'an %s that the tests make within the process is that of HTTP and SMTP: its rows, mails, cookies',
  async (_, email, make, makeByMail) => {
    const person = newPerson({ email })
    const [made, signed] = await Promise.all([make(within, person), makeByMail(byMail, person)])
    // What routes count of a network, which nothing but their limits reads.
    for (const { sql } of [within, byMail]) await sql("delete from rate_counters where key like 'sign-__:127.0.0.1'")
    await vi.waitFor(async () => expect(await rowsOf(within)).toEqual(await rowsOf(byMail)))
    expect([...made.client.cookies.keys()].sort()).toEqual([...signed.client.cookies.keys()].sort())

    const [mails, sent] = await Promise.all([mailsTo(within, person.email), mailsTo(byMail, person.email)])
    const plain = (text: string) => text.replace(/token=[\w-]+|\d{3} ?\d{3}|\d\d:\d\d UTC/g, 'secret').trim()
    const told = (all: typeof mails) => all.map(({ to, subject, text, html }) => [to, subject, text, html].map(plain))
    expect(told(mails)).toEqual(told(sent))

    const mine = (await made.client.get('/v0/user/me')).body
    expect(mine).toMatchObject({ email: person.email, handle: person.handle, display_name: person.display_name })
    const login = { email: person.email, password: person.password }
    expect((await made.client.post('/v0/auth/login', login)).status).toBe(
      (await signed.client.post('/v0/auth/login', login)).status,
    )
  },
)
