import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import { Meilisearch, MeilisearchApiError, type Task } from 'meilisearch'
import pg from 'pg'
import type { Config } from '../config.ts'
import type { Database, DatabaseClient } from '../db/client.ts'
import { users } from '../db/schema/users.ts'
import { transaction } from '../db/transaction.ts'
import type { UserDocument } from '../ports/search-index.meilisearch.ts'

const deadlineMs = 10_000
const batchSize = 1000

const settings = {
  searchableAttributes: ['handle', 'display_name'],
  displayedAttributes: ['id', 'handle', 'display_name', 'bio'],
  pagination: { maxTotalHits: 1000 },
}

/** Keeps Meilisearch's index like the users of PostgreSQL. */
export type UserIndexer = {
  /** Makes the index and its settings as they should be, where they are not. */
  provision(): Promise<void>
  /** Writes or deletes the user's document, as the row says at this moment; any number of times. */
  indexUser(userId: string): Promise<void>
  /**
   * Fills another index from all rows, and swaps it in; gives how many.
   * @param directUrl PostgreSQL without a pooler: a lock is held on it meanwhile
   */
  reindex(directUrl: string): Promise<number>
}

const document = { id: users.id, handle: users.handle, display_name: users.displayName, bio: users.bio }

/** `undefined` where PostgreSQL itself is searched. */
export function openUserIndexer(
  { meilisearchUrl: host, meilisearchApiKey: apiKey, meilisearchIndex: name }: Config,
  { db, pool }: Pick<DatabaseClient, 'db' | 'pool'>,
): UserIndexer | undefined {
  if (host === undefined) return undefined
  const client = new Meilisearch({ host, ...(apiKey !== undefined && { apiKey }), timeout: deadlineMs })

  async function provision(index = name): Promise<void> {
    const current = await client
      .index(index)
      .getSettings()
      .catch((error: unknown) => {
        if (codeOf(error) === 'index_not_found') return undefined
        throw error
      })
    if (current === undefined) await done(client.createIndex(index, { primaryKey: 'id' }))
    const isWanted = Object.entries(settings).every(
      ([key, value]) => JSON.stringify(current?.[key as keyof typeof settings]) === JSON.stringify(value),
    )
    if (!isWanted) await done(client.index(index).updateSettings(settings))
  }

  const done = async (enqueued: { waitTask(options: object): Promise<Task> }): Promise<void> => {
    const { status, error } = await enqueued.waitTask({ timeout: deadlineMs, interval: 50 })
    if (status !== 'succeeded') throw new Error(`Meilisearch: the task ${status}: ${error?.code ?? 'without a reason'}`)
  }
  let provisioned: Promise<void> | undefined
  const provisionOnce = (): Promise<void> => {
    provisioned ??= provision().catch((error: unknown) => {
      provisioned = undefined
      throw error
    })
    return provisioned
  }

  return {
    provision: provisionOnce,
    indexUser: async (userId) => {
      await provisionOnce()
      // Two jobs of one user write one after the other, each what it reads then; during a rebuild none does, but after it.
      await transaction(pool, async (tx) => {
        const { rows } = await tx.execute<{ free: boolean }>(sql`
          select pg_try_advisory_xact_lock_shared(hashtext('postern-reindex'))
            and pg_try_advisory_xact_lock(hashtext(${`postern-index:${userId}`})) as free`)
        if (!rows[0]?.free) throw new Error('the user, or the whole index, is being written')
        const [row] = await tx
          .select(document)
          .from(users)
          .where(and(eq(users.id, userId), isNull(users.deletedAt)))
        const index = client.index<UserDocument>(name)
        await done(row === undefined ? index.deleteDocument(userId) : index.addDocuments([row], { primaryKey: 'id' }))
      })
    },
    reindex: async (directUrl) => {
      await provisionOnce()
      const next = `${name}_next`
      // Held by its connection: a rebuild that dies holds nothing.
      const lock = new pg.Client({ connectionString: directUrl, connectionTimeoutMillis: 5000 })
      await lock.connect()
      try {
        await lock.query("select pg_advisory_lock(hashtext('postern-reindex'))")
        await client.deleteIndex(next).waitTask({ timeout: deadlineMs })
        await provision(next)
        const index = client.index<UserDocument>(next)
        const count = await eachBatch(db, (batch) => done(index.addDocuments(batch, { primaryKey: 'id' })))
        await done(client.swapIndexes([{ indexes: [name, next], rename: false }]))
        await done(client.deleteIndex(next))
        return count
      } finally {
        await lock.end()
      }
    },
  }
}

async function eachBatch(db: Database, write: (batch: UserDocument[]) => Promise<void>): Promise<number> {
  let count = 0
  for (let last: string | undefined; ; ) {
    const batch = await db
      .select(document)
      .from(users)
      .where(and(isNull(users.deletedAt), last === undefined ? undefined : gt(users.id, last)))
      .orderBy(asc(users.id))
      .limit(batchSize)
    if (batch.length === 0) return count
    await write(batch)
    count += batch.length
    last = batch.at(-1)?.id
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof MeilisearchApiError ? (error.cause as { code?: string } | undefined)?.code : undefined
