import { setTimeout as sleep } from 'node:timers/promises'
import { missing, Refusal } from './meilisearch-refusal.ts'

export type Document = Readonly<Record<string, unknown>>
export type Settings = Record<string, unknown>
export type Index = { primaryKey: string | null; settings: Settings; documents: Map<string, Document> }

/** What a change of the indexes gives: the details of its task, or the refusal with which that fails. */
export type Act = (details: Record<string, unknown>) => void

export type Task = {
  readonly uid: number
  readonly indexUid: string | null
  readonly type: string
  status: 'enqueued' | 'processing' | 'succeeded' | 'failed'
  readonly details: Record<string, unknown>
  error: object | null
}

/** One task after the other, in the order in which they were accepted, each a moment after its answer. */
export function taskQueue(taskMs: () => number) {
  const tasks: Task[] = []
  let last: Promise<void> = Promise.resolve()

  async function work(task: Task, act: Act): Promise<void> {
    await sleep(1)
    task.status = 'processing'
    await sleep(taskMs())
    try {
      act(task.details)
      task.status = 'succeeded'
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      task.error = refusal.body
      task.status = 'failed'
    }
  }
  return {
    enqueue: (indexUid: string | null, type: string, details: Record<string, unknown>, act: Act) => {
      const task: Task = { uid: tasks.length, indexUid, type, status: 'enqueued', details, error: null }
      tasks.push(task)
      last = last.then(() => work(task, act))
      return { taskUid: task.uid, indexUid, status: 'enqueued', type, enqueuedAt: new Date().toISOString() }
    },
    find: (uid: number): Task | undefined => tasks[uid],
  }
}

export function describeTask({ uid, status, ...task }: Task): object {
  const at = new Date().toISOString()
  const hasBegun = status !== 'enqueued'
  const hasEnded = status === 'succeeded' || status === 'failed'
  return {
    uid,
    batchUid: hasBegun ? uid : null,
    status,
    canceledBy: null,
    ...task,
    duration: hasEnded ? 'PT0.001S' : null,
    enqueuedAt: at,
    startedAt: hasBegun ? at : null,
    finishedAt: hasEnded ? at : null,
  }
}

const idPattern = /^[\w-]{1,511}$/

/** Writes all of them or none, into an index that is made for them where there is none. */
export function addDocuments(index: Index, batch: readonly Document[], primaryKey: string): void {
  index.primaryKey ??= primaryKey
  const key = index.primaryKey
  if (key !== primaryKey)
    throw new Refusal('index_primary_key_already_exists', `Index already has a primary key: \`${key}\`.`)
  for (const document of batch) {
    const id = document[key]
    if (id === undefined)
      throw new Refusal(
        'missing_document_id',
        `Document doesn't have a \`${key}\` attribute: \`${JSON.stringify(document)}\`.`,
      )
    if (!idPattern.test(String(id)))
      throw new Refusal('invalid_document_id', `Document identifier \`${JSON.stringify(id)}\` is invalid.`)
  }
  for (const document of batch) index.documents.set(String(document[key]), document)
}

/** Both must be there; the primary key goes with the documents. */
export function swapIndexes(indexes: Map<string, Index>, [a, b]: readonly [string, string]): void {
  const [first, second] = [indexes.get(a), indexes.get(b)]
  if (first === undefined) throw missing(a)
  if (second === undefined) throw missing(b)
  indexes.set(a, second).set(b, first)
}
