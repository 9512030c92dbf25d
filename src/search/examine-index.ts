import type { Config } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import { countUsers } from './count-users.ts'
import type { Condition, UserIndex } from './user-index.ts'

const faults: Readonly<Record<Exclude<Condition, 'fine'>, string>> = {
  missing: 'is not there',
  foreign: 'is not as Postern made it',
  changed: 'has other settings than it should',
}

/**
 * Describes Meilisearch's index, and changes nothing.
 * @throws an error that says what is wrong with it
 */
export async function examineIndex(
  index: UserIndex,
  { meilisearchIndex: name }: Config,
  db: Database,
): Promise<string> {
  const condition = await index.inspect()
  if (condition !== 'fine')
    throw new Error(`the index ${name} ${faults[condition]}; a worker puts that right within a minute`)
  const searchable = await index.countSearchable()
  const indexed = (await index.count()) ?? searchable
  const { users, waiting } = await countUsers(db)
  if (Math.abs(users - indexed) > waiting)
    throw new Error(`the index ${name} has ${indexed} of ${users} users; a worker fills it anew within a minute`)
  return `the index ${name} has ${indexed} users${waiting > 0 ? `, and ${waiting} changes are on their way` : ''}`
}
