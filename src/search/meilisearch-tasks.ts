import { setTimeout as sleep } from 'node:timers/promises'
import { type Meilisearch, MeilisearchApiError, type Task } from 'meilisearch'
import { SearchIndexError } from './search-index.ts'

/** The API key lacks the right for the request. */
export class KeyRefusedError extends SearchIndexError {}

/** The index refuses every document, because its primary key is another field. */
export class ForeignKeyError extends SearchIndexError {}

type Enqueued = Promise<{ readonly taskUid: number }>

/**
 * Sends requests to Meilisearch and waits for its tasks. Every failure is a `SearchIndexError`.
 * @param keyFor returns the variable that holds the key for a right
 */
export function meilisearchTasks(client: Meilisearch, keyFor: (right: string) => string) {
  /** If the key is refused, the error names the right that it lacks. */
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

/** Replaces the client's own `waitForTask`, whose timer keeps the process alive until the deadline in any case. */
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

/** The code of Meilisearch's error; undefined for other errors. */
export const codeOf = (error: unknown): unknown =>
  error instanceof MeilisearchApiError ? (error.cause as { code?: string } | undefined)?.code : undefined

export const isRefusal = (error: unknown): boolean =>
  ['invalid_api_key', 'missing_authorization_header'].includes(String(codeOf(error)))
