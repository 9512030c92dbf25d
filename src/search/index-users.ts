import { and, asc, gt, inArray, isNull, sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../config/config.ts'
import { unlessLocked, withAdvisoryLock } from '../db/advisory-lock.ts'
import type { Database, DatabaseClient } from '../db/database.ts'
import { PostponedError } from '../db/jobs.ts'
import { users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import { describeCause } from '../errors/cause.ts'
import { countUsers, findDifference } from './count-users.ts'
import { ForeignKeyError } from './meilisearch-tasks.ts'
import type { UserDocument } from './search-index.meilisearch.ts'
import { openUserIndex, type UserIndex } from './user-index.ts'

const batchSize = 1000

/** Keeps Meilisearch's index equal to the users in PostgreSQL. */
export type UserIndexer = {
  /** Writes or deletes the users' documents by their present rows; may be repeated. */
  indexUsers(userIds: readonly string[]): Promise<void>
  /** Fills a new index from all rows and swaps it in. Returns the number of users. */
  reindex(): Promise<number>
  /** Starts a check in the background that rebuilds the index if users are missing from it. */
  keepWholeSoon(): void
}

type Parts = Pick<DatabaseClient, 'db' | 'pool'> & {
  /** PostgreSQL past any pooler, because a rebuild holds an advisory lock on its connection. */
  readonly directUrl: string
  readonly log: FastifyBaseLogger
}

/** Returns undefined if PostgreSQL itself is searched. */
export function openUserIndexer(config: Config, parts: Parts): UserIndexer | undefined {
  const index = openUserIndex(config)
  return index && keepIndex(index, parts)
}

/** Two rebuilds at once would leave an index with half of the users. */
const lock = { name: 'postern-reindex', on: 'search index', by: 'rebuild' }

function keepIndex(index: UserIndex, { db, pool, directUrl, log }: Parts): UserIndexer {
  const wanted = { url: directUrl, lock }
  let refusesDocuments = false
  /** A difference that remained after a rebuild; another rebuild would not remove it. */
  let lasting: string | undefined

  /** What is wrong with the index, in words. */
  async function findLoss(): Promise<string | undefined> {
    const condition = await index.inspect()
    if (condition === 'missing') return 'it is gone'
    if (condition === 'foreign') return 'it is not as Postern made it'
    if (condition === 'changed') await index.mend()
    if (refusesDocuments) return 'it takes another field for the id'
    const difference = await findDifference(db, index)
    return difference === lasting ? undefined : difference
  }

  async function rebuild(isMine: () => Promise<void>): Promise<number> {
    if ((await index.inspect()) === 'missing') await index.create()
    const count = await index.replace(allUsers(db), isMine)
    refusesDocuments = false
    lasting = await findDifference(db, index)
    return count
  }

  async function keepWhole(): Promise<void> {
    if ((await findLoss()) === undefined) return
    await unlessLocked(wanted, async (isMine) => {
      // Another process may have rebuilt the index just before the lock was free.
      const loss = await findLoss()
      if (loss === undefined) return
      const { users: expected } = await countUsers(db)
      if (expected === 0 && loss === 'it is gone') return await index.create()
      log.warn({ index: index.name, loss, users: expected }, 'the search index is being rebuilt')
      const count = await rebuild(isMine)
      log.warn({ index: index.name, users: count, ...(lasting && { lasting }) }, 'the search index was rebuilt')
    })
  }

  let isKeeping = false
  /** Runs once at a time. Jobs do not wait for it, because it may take longer than their deadline. */
  const keepWholeSoon = (): void => {
    if (isKeeping) return
    isKeeping = true
    void keepWhole()
      .catch((error: unknown) =>
        log.warn({ cause: describeCause(error) }, 'the search index could not be looked after'),
      )
      .finally(() => {
        isKeeping = false
      })
  }
  const postpone = (cause?: unknown): PostponedError => {
    keepWholeSoon()
    return new PostponedError('the search index is rebuilt first', { cause })
  }

  return {
    indexUsers: async (userIds) => {
      // A write would create a missing index with default settings and only these users.
      const condition = await index.inspect()
      if (condition === 'missing' || condition === 'foreign') throw postpone()
      try {
        await transaction(pool, (tx) => writeUsers(tx, index, userIds))
      } catch (error) {
        refusesDocuments ||= error instanceof ForeignKeyError
        throw error instanceof ForeignKeyError ? postpone(error) : error
      }
    },
    reindex: () => withAdvisoryLock(wanted, (message) => log.warn(message), rebuild),
    keepWholeSoon,
  }
}

const document = {
  id: users.id,
  handle: users.handle,
  display_name: users.displayName,
  bio: users.bio,
  // The column `search_words` may still be null in rows of an older version.
  words: sql<string>`search_words(${users.handle}, ${users.displayName})`,
}

/**
 * Calls run one after the other, each with the rows of that moment, so that an older row never replaces a newer one.
 * @throws {PostponedError} while the index is rebuilt
 */
async function writeUsers(tx: Transaction, index: UserIndex, userIds: readonly string[]): Promise<void> {
  const { rows } = await tx.execute<{ free: boolean }>(
    sql`select pg_try_advisory_xact_lock_shared(hashtext(${lock.name})) as free`,
  )
  if (!rows[0]?.free) throw new PostponedError('the search index is being rebuilt')
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('postern-index'))`)
  const documents: UserDocument[] = await tx
    .select(document)
    .from(users)
    .where(and(inArray(users.id, [...userIds]), isNull(users.deletedAt)))
  const found = new Set(documents.map(({ id }) => id))
  await index.write(
    documents,
    userIds.filter((id) => !found.has(id)),
  )
}

async function* allUsers(db: Database): AsyncGenerator<UserDocument[]> {
  for (let last: string | undefined; ; ) {
    const batch: UserDocument[] = await db
      .select(document)
      .from(users)
      .where(and(isNull(users.deletedAt), last === undefined ? undefined : gt(users.id, last)))
      .orderBy(asc(users.id))
      .limit(batchSize)
    if (batch.length === 0) return
    yield batch
    last = batch.at(-1)?.id
  }
}
