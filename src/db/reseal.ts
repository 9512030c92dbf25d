import { sql } from 'drizzle-orm'
import type { Keyring } from '../crypto/keyring.ts'
import { open, seal, sealingKeyId } from '../crypto/sealed-box.ts'
import type { Database } from './database.ts'
import type { SealedColumn } from './rows.ts'

const batchSize = 500
const beforeAll = '00000000-0000-0000-0000-000000000000'

/**
 * Afterwards every stored secret is sealed with the newest key; gives the number of secrets sealed anew. A secret that
 * is replaced meanwhile is left alone.
 */
export async function reseal(db: Database, keyring: Keyring, sealedColumns: readonly SealedColumn[]): Promise<number> {
  let resealed = 0
  for (const one of sealedColumns) resealed += await resealColumn(db, keyring, one)
  return resealed
}

async function resealColumn(db: Database, keyring: Keyring, one: SealedColumn): Promise<number> {
  const { id: newest } = keyring.getSealingKey()
  const [table, column, boundTo] = [one.table, one.column, one.boundTo].map((name) => sql.identifier(name))
  let resealed = 0
  for (let after = beforeAll; ; ) {
    const { rows } = await db.execute<{ id: string; bound_to: string; box: Buffer }>(
      sql`select id, ${boundTo} as bound_to, ${column} as box from ${table}
        where id > ${after} order by id limit ${batchSize}`,
    )
    for (const { id, bound_to: bound, box } of rows.filter((row) => sealingKeyId(row.box) !== newest)) {
      const associatedData = `${one.purpose}:${bound}`
      const fresh = seal(keyring, open(keyring, box, associatedData), associatedData)
      await db.execute(sql`update ${table} set ${column} = ${fresh} where id = ${id} and ${column} = ${box}`)
      resealed++
    }
    const last = rows.at(-1)
    if (last === undefined) return resealed
    after = last.id
  }
}
