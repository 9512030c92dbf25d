import { setTimeout as sleep } from 'node:timers/promises'
import { type Meilisearch, MeilisearchApiError, type Task } from 'meilisearch'
import { SearchIndexError } from './search-index.ts'

/** A key may not do what was asked of it. */
export class KeyRefusedError extends SearchIndexError {}

/** Documents are refused for good: the index takes another field for their id. */
export class ForeignKeyError extends SearchIndexError {}

type Enqueued = Promise<{ readonly taskUid: number }>

/**
 * Asks Meilisearch, and waits for what it was told to do. Whatever fails is a `SearchIndexError`.
 * @param keyFor the variable whose key is used for what takes that right
 */
export function meilisearchTasks(client: Meilisearch, keyFor: (right: string) => string) {
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
  return { ask, enqueue, done }
}

/** As the client's own does, which keeps the process alive for as long as it might have waited. */
export async function waitFor(client: Meilisearch, taskUid: number, ms: number): Promise<Task> {
  const until = performance.now() + ms
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 1.5, 1000)) {
    const task = await client.tasks.getTask(taskUid)
    if (task.status !== 'enqueued' && task.status !== 'processing') return task
    if (performance.now() > until)
      throw new SearchIndexError(`Meilisearch takes more than ${ms / 1000} s over the task ${task.type}`)
    await sleep(pauseMs)
  }
}

/** The code of Meilisearch's error, where it is one. */
export const codeOf = (error: unknown): unknown =>
  error instanceof MeilisearchApiError ? (error.cause as { code?: string } | undefined)?.code : undefined

export const isRefusal = (error: unknown): boolean =>
  ['invalid_api_key', 'missing_authorization_header'].includes(String(codeOf(error)))
