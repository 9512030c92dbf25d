import { isDeepStrictEqual } from 'node:util'
import { Meilisearch, type Settings, type Task } from 'meilisearch'
import type { Config } from '../config/config.ts'
import { shape, wrongOf } from './index-settings.ts'
import { codeOf, isRefusal, KeyRefusedError, meilisearchTasks, waitFor } from './meilisearch-tasks.ts'
import type { UserDocument } from './search-index.meilisearch.ts'
import { mostHits, SearchIndexError } from './search-index.ts'

const requestDeadlineMs = 10_000
/** Bounds the writes of a few changes, whose jobs are tried again. */
const writeDeadlineMs = 10_000
/** Bounds what takes long in an index of millions: settings, and a thousand documents queued behind many others. */
const patienceMs = 600_000

/**
 * `changed`: the settings differ and can be corrected. `foreign`: a late document, another program or another version
 * made the index.
 */
export type Condition = 'fine' | 'changed' | 'missing' | 'foreign'

/** Meilisearch's index of users, as the worker writes it. Every failure is a `SearchIndexError`. */
export type UserIndex = {
  readonly name: string
  inspect(): Promise<Condition>
  /** Corrects the settings of the index. */
  mend(): Promise<void>
  /** Creates an empty index; there must be none. */
  create(): Promise<void>
  /** Writes and deletes documents. */
  write(documents: readonly UserDocument[], goneIds: readonly string[]): Promise<void>
  /**
   * Fills a second index and swaps it in; if that fails, the second index is deleted. Returns the number of users.
   * @param isMine rejects if the lock was lost, so that another process may be rebuilding
   */
  replace(batches: AsyncIterable<UserDocument[]>, isMine: () => Promise<void>): Promise<number>
  /** The number of users in the index. Returns undefined if neither key can find it out. */
  count(): Promise<number | undefined>
  /** The number by a search, with the API's key if there is one; some versions count no further than 1,000. */
  countSearchable(): Promise<number>
}

/** Returns undefined if PostgreSQL itself is searched. */
export function openUserIndex(config: Config): UserIndex | undefined {
  const { meilisearchUrl: host, meilisearchIndex: name, meilisearchApiKey, meilisearchSearchApiKey } = config
  if (host === undefined) return undefined
  const open = (apiKey: string | undefined) =>
    new Meilisearch({ host, ...(apiKey !== undefined && { apiKey }), timeout: requestDeadlineMs })
  const client = open(meilisearchApiKey)
  const next = `${name}_next`
  const keyFor = (right: string): string =>
    right === 'search' && meilisearchSearchApiKey !== undefined ? 'MEILISEARCH_SEARCH_API_KEY' : 'MEILISEARCH_API_KEY'
  const { ask, enqueue, done } = meilisearchTasks(client, keyFor)
  const settingsOf = (index: string): Promise<Settings | undefined> =>
    ask('settings.get', index, client.index(index).getSettings().catch(unlessMissing))
  const mend = async (index: string): Promise<void> => {
    const wrong = wrongOf((await settingsOf(index)) ?? {})
    if (wrong.length === 0) return
    await done('settings.update', index, client.index(index).updateSettings(Object.fromEntries(wrong)), patienceMs)
  }
  const make = async (index: string): Promise<void> => {
    await done('indexes.create', index, client.createIndex(index, { primaryKey: 'id' }), patienceMs)
    await mend(index)
  }
  const drop = (index: string): Promise<Task> => enqueue('indexes.delete', index, client.deleteIndex(index), patienceMs)
  const add = (index: string, documents: readonly UserDocument[], ms: number): Promise<void> =>
    done(
      'documents.add',
      index,
      client.index<UserDocument>(index).addDocuments([...documents], { primaryKey: 'id' }),
      ms,
    )
  /**
   * The task of a swap belongs to no index, so a key limited to some indexes may start it but not read it. Then it is
   * not waited for: Meilisearch works through tasks in order.
   */
  const swap = async (): Promise<void> => {
    const sent = client.swapIndexes([{ indexes: [name, next], rename: false }])
    const { taskUid } = await ask('indexes.swap', `${name} and ${next}`, sent)
    const task = await waitFor(client, taskUid, patienceMs).catch((error: unknown) => {
      if (codeOf(error) === 'task_not_found') return undefined
      throw new SearchIndexError('Meilisearch does not say whether the indexes were swapped', { cause: error })
    })
    if (task !== undefined && task.status !== 'succeeded')
      throw new SearchIndexError(`Meilisearch: the indexes were not swapped: ${task.error?.code}`)
  }
  const countSearchable = async (): Promise<number> => {
    const index = open(meilisearchSearchApiKey ?? meilisearchApiKey).index(name)
    const { totalHits } = await ask('search', name, index.search('', { page: 1, hitsPerPage: 1 }))
    return totalHits
  }

  return {
    name,
    inspect: async () => {
      const current = await settingsOf(name)
      if (current === undefined) return 'missing'
      if (!isDeepStrictEqual(current.searchableAttributes, shape.searchableAttributes)) return 'foreign'
      return wrongOf(current).length === 0 ? 'fine' : 'changed'
    },
    mend: () => mend(name),
    create: () => make(name),
    write: async (documents, goneIds) => {
      const index = client.index<UserDocument>(name)
      await Promise.all([
        ...(documents.length === 0 ? [] : [add(name, documents, writeDeadlineMs)]),
        ...goneIds.map((id) => done('documents.delete', name, index.deleteDocument(id), writeDeadlineMs)),
      ])
    },
    replace: async (batches, isMine) => {
      // Deletes what a rebuild that died has left. Usually there is nothing, and the task fails.
      await drop(next)
      try {
        await make(next)
        let count = 0
        for await (const batch of batches) {
          await add(next, batch, patienceMs)
          count += batch.length
        }
        await isMine()
        await swap()
        await drop(next)
        return count
      } catch (error) {
        // The first error is reported, not one of the cleanup.
        await drop(next).catch(() => undefined)
        throw error
      }
    },
    count: async () => {
      try {
        return (await client.index(name).getStats()).numberOfDocuments
      } catch (error) {
        if (!isRefusal(error)) throw new SearchIndexError('Meilisearch does not count', { cause: error })
      }
      // The worker's key may lack the right to search, and the worker may not have the API's key.
      const searchable = await countSearchable().catch((error: unknown) => {
        if (error instanceof KeyRefusedError) return undefined
        throw error
      })
      return searchable === mostHits ? undefined : searchable
    },
    countSearchable,
  }
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) === 'index_not_found') return undefined
  throw error
}
