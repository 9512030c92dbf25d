import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MeilisearchServer } from './meilisearch.ts'
import { checkIndexes, everything, type Key, keyWith, masterKey, mayUse, workerRights } from './meilisearch-keys.ts'
import { missing, Refusal } from './meilisearch-refusal.ts'
import { type Query, search } from './meilisearch-search.ts'
import { checkSettings, defaultSettings, mergeSettings } from './meilisearch-settings.ts'
import {
  addDocuments,
  type Document,
  describeTask,
  type Index,
  type Settings,
  swapIndexes,
  taskQueue,
} from './meilisearch-tasks.ts'

type Asked = { readonly method: string; readonly path: string; readonly key: string | undefined }

/** What it answers to searches: as the recorded server does, or like one that is ill. */
type Health = 'fine' | 'slow' | 'garbage' | 'failing'

export type StandIn = MeilisearchServer & {
  readonly asked: Asked[]
  readonly masterKey: string
  /** Makes a key of that name. */
  makeKey(name: string, key: Key): string
  /** Straight to the indexes: what one may hold that the database does not confirm, and what becomes of a lost volume. */
  readonly indexes: Map<string, Index>
  readonly documents: (index: string) => Map<string, Document>
  behave(health: Health): void
  /** How long it takes over each write. */
  takeMs(ms: number): void
  /** Nobody answers on its port until `start`. */
  kill(): Promise<void>
  start(): Promise<void>
}

type Call = {
  readonly body: unknown
  readonly parts: readonly string[]
  readonly primaryKey: string
  readonly key: Key
}
type Sent = { readonly named: string | undefined; readonly text: string; readonly primaryKey: string }
type Reply = readonly [status: number, body: object]
type Route = {
  readonly method: string
  readonly path: RegExp
  /** Without one, anybody may ask. */
  readonly right?: string
  readonly indexesOf?: (body: never) => string[]
  readonly answer: (call: Call) => Reply
}

/** Answers as Meilisearch 1.50 did in `test/search/meilisearch-exchanges.json`, as far as Postern asks; a test holds it against them. */
export async function startStandIn(): Promise<StandIn> {
  const indexes = new Map<string, Index>()
  const keys = new Map<string, Key>([[masterKey, everything]])
  const asked: Asked[] = []
  let taskMs = 1
  let health: Health = 'fine'
  let server: Server | undefined
  let port = 0

  const routes = routesOn(indexes, () => taskMs)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request)
    const { method = '', url = '', headers } = request
    const { pathname, searchParams } = new URL(url, 'http://stand-in')
    const named = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]
    asked.push({ method, path: pathname, key: named })
    if (pathname.endsWith('/search') && health !== 'fine') return answerIll(response, health)
    try {
      reply(response, replyTo(method, pathname, { named, text, primaryKey: searchParams.get('primaryKey') ?? 'id' }))
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      reply(response, [refusal.status, refusal.body])
    }
  }

  function replyTo(method: string, path: string, { named, text, primaryKey }: Sent): Reply {
    const { route, parts } = findRoute(routes, method, path)
    if (route.right === undefined) return route.answer({ body: undefined, parts, primaryKey, key: everything })
    const body: unknown = JSON.parse(text || 'null')
    const key = keyWith(keys.get(named ?? ''), route.right, named !== undefined)
    const [ofPath] = path.startsWith('/indexes/') ? parts : []
    checkIndexes(key, ofPath === undefined ? (route.indexesOf?.(body as never) ?? []) : [ofPath], ofPath !== undefined)
    return route.answer({ body, parts, primaryKey, key })
  }

  const listen = async (): Promise<void> => {
    const opened = createServer((request, response) => void answer(request, response))
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve))
    port = (opened.address() as AddressInfo).port
    server = opened
  }
  const kill = async (): Promise<void> => {
    server?.closeAllConnections()
    await new Promise((resolve) => (server?.listening ? server.close(resolve) : resolve(undefined)))
  }
  const makeKey = (name: string, key: Key): string => {
    keys.set(name, key)
    return name
  }
  await listen()
  return {
    url: `http://127.0.0.1:${port}`,
    masterKey,
    apiKey: makeKey('worker-key-of-the-stand-in', { rights: workerRights, indexes: ['users*'] }),
    searchApiKey: makeKey('search-key-of-the-stand-in', { rights: ['search'], indexes: ['users*'] }),
    makeKey,
    asked,
    indexes,
    documents: (uid) => indexes.get(uid)?.documents ?? new Map(),
    behave: (next) => {
      health = next
    },
    takeMs: (ms) => {
      taskMs = ms
    },
    kill,
    start: listen,
    stop: kill,
  }
}

function findRoute(routes: readonly Route[], method: string, path: string) {
  for (const route of routes) {
    const found = route.method === method ? route.path.exec(path) : null
    if (found) return { route, parts: found.slice(1) }
  }
  throw new Refusal('not_found', `The stand-in does not know ${method} ${path}`, { status: 404 })
}

function routesOn(indexes: Map<string, Index>, taskMs: () => number): readonly Route[] {
  const { enqueue, find } = taskQueue(taskMs)
  const mustExist = (uid: string): Index => {
    const found = indexes.get(uid)
    if (found === undefined) throw missing(uid)
    return found
  }
  /** The first write makes an index, where the key may do that. */
  const indexFor = (uid: string, { rights }: Key): Index => {
    const mayMake = rights.includes('*') || rights.includes('indexes.create')
    const found = mayMake ? (indexes.get(uid) ?? emptyIndex()) : mustExist(uid)
    indexes.set(uid, found)
    return found
  }
  return [
    { method: 'GET', path: /^\/health$/, answer: () => [200, { status: 'available' }] },
    {
      method: 'GET',
      path: /^\/tasks\/(.+)$/,
      right: 'tasks.get',
      answer: ({ parts: [uid = ''], key }) => {
        if (!/^\d+$/.test(uid))
          throw new Refusal(
            'invalid_task_uids',
            `Task uid \`${uid}\` is invalid. It should only contain numeric characters.`,
          )
        const task = find(Number(uid))
        // Some belong to no index: a key that names indexes may not look at them.
        const isShown = task && (key.indexes.includes('*') || (task.indexUid !== null && mayUse(key, task.indexUid)))
        if (!isShown) throw new Refusal('task_not_found', `Task \`${uid}\` not found.`, { status: 404 })
        return [200, describeTask(task)]
      },
    },
    {
      method: 'POST',
      path: /^\/indexes$/,
      right: 'indexes.create',
      indexesOf: ({ uid }: { uid: string }) => [uid],
      answer: ({ body }) => {
        const { uid, primaryKey = null } = body as { uid: string; primaryKey?: string }
        return [
          202,
          enqueue(uid, 'indexCreation', { primaryKey }, () => {
            if (indexes.has(uid)) throw new Refusal('index_already_exists', `Index \`${uid}\` already exists.`)
            indexes.set(uid, { ...emptyIndex(), primaryKey })
          }),
        ]
      },
    },
    {
      method: 'GET',
      path: /^\/indexes\/([\w-]+)$/,
      right: 'indexes.get',
      answer: ({ parts: [uid = ''] }) => {
        const { primaryKey } = mustExist(uid)
        const at = new Date().toISOString()
        return [200, { uid, createdAt: at, updatedAt: at, primaryKey }]
      },
    },
    {
      method: 'DELETE',
      path: /^\/indexes\/([\w-]+)$/,
      right: 'indexes.delete',
      answer: ({ parts: [uid = ''] }) => [
        202,
        enqueue(uid, 'indexDeletion', { deletedDocuments: 0 }, (details) => {
          details.deletedDocuments = mustExist(uid).documents.size
          indexes.delete(uid)
        }),
      ],
    },
    {
      method: 'GET',
      path: /^\/indexes\/([\w-]+)\/stats$/,
      right: 'stats.get',
      answer: ({ parts: [uid = ''] }) => {
        const documents = [...mustExist(uid).documents.values()]
        const fields = Map.groupBy(documents.flatMap(Object.keys), (field) => field)
        const fieldDistribution = Object.fromEntries([...fields].map(([field, all]) => [field, all.length]))
        const sizes = { rawDocumentDbSize: 1, avgDocumentSize: 1, numberOfEmbeddings: 0, numberOfEmbeddedDocuments: 0 }
        return [200, { numberOfDocuments: documents.length, isIndexing: false, ...sizes, fieldDistribution }]
      },
    },
    {
      method: 'GET',
      path: /^\/indexes\/([\w-]+)\/settings$/,
      right: 'settings.get',
      answer: ({ parts: [uid = ''] }) => [200, mustExist(uid).settings],
    },
    {
      method: 'PATCH',
      path: /^\/indexes\/([\w-]+)\/settings$/,
      right: 'settings.update',
      answer: ({ body, parts: [uid = ''], key }) => {
        const wanted = body as Settings
        checkSettings(wanted)
        return [
          202,
          enqueue(uid, 'settingsUpdate', { ...wanted }, () => mergeSettings(indexFor(uid, key).settings, wanted)),
        ]
      },
    },
    {
      method: 'POST',
      path: /^\/indexes\/([\w-]+)\/documents$/,
      right: 'documents.add',
      answer: ({ body, parts: [uid = ''], primaryKey, key }) => {
        const batch = body as readonly Document[]
        const details = { receivedDocuments: batch.length, indexedDocuments: 0 }
        return [
          202,
          enqueue(uid, 'documentAdditionOrUpdate', details, (told) => {
            addDocuments(indexFor(uid, key), batch, primaryKey)
            told.indexedDocuments = batch.length
          }),
        ]
      },
    },
    {
      method: 'DELETE',
      path: /^\/indexes\/([\w-]+)\/documents\/([\w-]+)$/,
      right: 'documents.delete',
      answer: ({ parts: [uid = '', id = ''] }) => [
        202,
        enqueue(uid, 'documentDeletion', { providedIds: 1, deletedDocuments: 0, originalFilter: null }, (details) => {
          details.deletedDocuments = Number(mustExist(uid).documents.delete(id))
        }),
      ],
    },
    {
      method: 'POST',
      path: /^\/swap-indexes$/,
      right: 'indexes.swap',
      indexesOf: (swaps: { indexes: string[] }[]) => swaps.flatMap(({ indexes: both }) => both),
      answer: ({ body }) => {
        const swaps = body as { indexes: [string, string] }[]
        return [
          202,
          enqueue(null, 'indexSwap', { swaps }, () => {
            for (const { indexes: both } of swaps) swapIndexes(indexes, both)
          }),
        ]
      },
    },
    {
      method: 'POST',
      path: /^\/indexes\/([\w-]+)\/search$/,
      right: 'search',
      answer: ({ body, parts: [uid = ''] }) => [200, search(mustExist(uid), body as Query)],
    },
  ]
}

const emptyIndex = (): Index => ({ primaryKey: null, settings: defaultSettings(), documents: new Map() })

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function answerIll(response: ServerResponse, health: Exclude<Health, 'fine'>): void {
  if (health === 'garbage') response.writeHead(502).end('<html><body><h1>502 Bad Gateway</h1></body></html>')
  if (health === 'failing') reply(response, [503, new Refusal('too_many_search_requests', 'Too many requests.').body])
  // Slow: never.
}

const reply = (response: ServerResponse, [status, body]: Reply): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
