import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Meilisearch, MeilisearchApiError, type Settings, type Task } from 'meilisearch'
import type { Config } from '../config.ts'
import type { UserDocument } from '../ports/search-index.meilisearch.ts'
import { mostHits, SearchIndexError } from '../ports/search-index.ts'

const requestDeadlineMs = 10_000
/** Of the writes of a few changes, whose jobs are tried again. */
const writeDeadlineMs = 10_000
/** What takes long in an index of millions: its settings, a thousand documents after many others. */
const patienceMs = 600_000

/**
 * By them an index is known as one of ours that is filled as we fill it. What is searched has another name once words are folded otherwise,
 * so that an index of an older version is filled anew.
 */
const shape = {
  searchableAttributes: ['words'],
  displayedAttributes: ['id', 'handle', 'display_name', 'bio'],
} satisfies Settings

/** All else that changes what is found; most of it as Meilisearch has it of its own. */
const settings: Settings = {
  ...shape,
  pagination: { maxTotalHits: mostHits },
  rankingRules: ['words', 'typo', 'proximity', 'attributeRank', 'sort', 'wordPosition', 'exactness'],
  typoTolerance: {
    enabled: true,
    minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
    disableOnWords: [],
    disableOnAttributes: [],
    disableOnNumbers: false,
  },
  stopWords: [],
  synonyms: {},
  separatorTokens: [],
  nonSeparatorTokens: [],
  dictionary: [],
  distinctAttribute: null,
  localizedAttributes: null,
  proximityPrecision: 'byWord',
  prefixSearch: 'indexingTime',
}

/** `changed`: other settings, which can be put right. `foreign`: filled by a late document, another program or another version. */
export type Condition = 'fine' | 'changed' | 'missing' | 'foreign'

class KeyRefusedError extends SearchIndexError {}

/** Documents are refused for good: the index takes another field for their id. */
export class ForeignKeyError extends SearchIndexError {}

/** Meilisearch's index of users, as the worker writes it. Whatever fails is a `SearchIndexError`. */
export type UserIndex = {
  readonly name: string
  inspect(): Promise<Condition>
  /** Puts its settings right. */
  mend(): Promise<void>
  /** An empty one, where there is none. */
  create(): Promise<void>
  /** Writes and deletes documents, in one go each. */
  write(documents: readonly UserDocument[], goneIds: readonly string[]): Promise<void>
  /**
   * Fills another index and swaps it in; nothing of it stays where that fails.
   * @param isMine rejects where somebody else may be at it by now
   */
  replace(batches: AsyncIterable<UserDocument[]>, isMine: () => Promise<void>): Promise<number>
  /** How many users it has, or `undefined` where nobody tells. */
  count(): Promise<number | undefined>
  /** The same by a search, with the API's key where there is one; some versions count to a thousand and no further. */
  countSearchable(): Promise<number>
}

type Enqueued = Promise<{ readonly taskUid: number }>

/** `undefined` where PostgreSQL itself is searched. */
export function openUserIndex(config: Config): UserIndex | undefined {
  const { meilisearchUrl: host, meilisearchIndex: name, meilisearchApiKey, meilisearchSearchApiKey } = config
  if (host === undefined) return undefined
  const open = (apiKey: string | undefined) =>
    new Meilisearch({ host, ...(apiKey !== undefined && { apiKey }), timeout: requestDeadlineMs })
  const client = open(meilisearchApiKey)
  const next = `${name}_next`

  const keyFor = (right: string): string =>
    right === 'search' && meilisearchSearchApiKey !== undefined ? 'MEILISEARCH_SEARCH_API_KEY' : 'MEILISEARCH_API_KEY'
  /** What a key may not is said with the right that it lacks. */
  const ask = async <Result>(right: string, index: string, asked: Promise<Result>): Promise<Result> => {
    try {
      return await asked
    } catch (cause) {
      if (isRefusal(cause))
        throw new KeyRefusedError(
          `Meilisearch refuses ${keyFor(right)}: it needs the right ${right} on ${index} (docs/search.md)`,
        )
      throw new SearchIndexError(`Meilisearch did not do its part (${right} on ${index})`, { cause })
    }
  }
  const enqueue = async (right: string, index: string, sent: Enqueued, ms: number): Promise<Task> => {
    const { taskUid } = await ask(right, index, sent)
    return await ask('tasks.get', index, waitFor(client, taskUid, ms))
  }
  const done = async (...given: Parameters<typeof enqueue>): Promise<void> => {
    const { status, type, error } = await enqueue(...given)
    if (status === 'succeeded') return
    const reason = `Meilisearch: the task ${type} ${status}: ${error?.code ?? 'without a reason'}`
    throw error?.code === 'index_primary_key_already_exists'
      ? new ForeignKeyError(reason)
      : new SearchIndexError(reason)
  }

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
  /** Its task belongs to no index: a key for some indexes may swap them, and not ask. What is sent later is done later. */
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
      // What one that died has left; as a rule there is none, and the task fails.
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
        // The first failure is the one to tell.
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
      // The worker's key may not search, and a worker need not know the API's.
      const searchable = await countSearchable().catch((error: unknown) => {
        if (error instanceof KeyRefusedError) return undefined
        throw error
      })
      return searchable === mostHits ? undefined : searchable
    },
    countSearchable,
  }
}

/** As the client's own does, which keeps the process alive for as long as it might have waited. */
async function waitFor(client: Meilisearch, taskUid: number, ms: number): Promise<Task> {
  const until = performance.now() + ms
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    const task = await client.tasks.getTask(taskUid)
    if (task.status !== 'enqueued' && task.status !== 'processing') return task
    if (performance.now() > until)
      throw new SearchIndexError(`Meilisearch takes more than ${ms / 1000} s over the task ${task.type}`)
    await sleep(pauseMs)
  }
}

/** A version that does not know one of them has no need of it. */
const wrongOf = (current: Settings) =>
  Object.entries(settings).filter(
    ([key, value]) => key in current && !agrees(current[key as keyof Settings] as unknown, value as unknown),
  )

/** A newer version may have more to set than we know. */
function agrees(current: unknown, wanted: unknown): boolean {
  const isGroup =
    typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted) && Object.keys(wanted).length > 0
  if (!isGroup || typeof current !== 'object' || current === null) return isDeepStrictEqual(current, wanted)
  return Object.entries(wanted).every(([key, value]) => agrees((current as Record<string, unknown>)[key], value))
}

/** The code of Meilisearch's error, where it is one. */
const codeOf = (error: unknown): unknown =>
  error instanceof MeilisearchApiError ? (error.cause as { code?: string } | undefined)?.code : undefined

const isRefusal = (error: unknown): boolean =>
  ['invalid_api_key', 'missing_authorization_header'].includes(String(codeOf(error)))

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) === 'index_not_found') return undefined
  throw error
}
