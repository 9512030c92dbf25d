import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hasDocker } from './redis.ts'

export const masterKey = 'master-key-of-the-stand-in'
export const searchKey = 'search-key-of-the-stand-in'

type Document = Readonly<Record<string, unknown>> & { readonly id: string }
type Settings = Record<string, unknown>
type Index = { settings: Settings; documents: Map<string, Document> }
type Task = {
  readonly uid: number
  readonly indexUid: string | null
  readonly type: string
  readonly error: object | null
}
type Asked = { readonly method: string; readonly path: string; readonly key: string | undefined }

export type MeilisearchServer = {
  readonly url: string
  readonly apiKey: string | undefined
  readonly searchApiKey: string | undefined
  stop(): Promise<void>
}

/** What it answers to searches: as the recorded server does, or like one that is ill. */
type Health = 'fine' | 'slow' | 'garbage' | 'failing'

export type StandIn = MeilisearchServer & {
  readonly asked: Asked[]
  /** Straight to the documents: what an index may hold that the database does not confirm. */
  readonly documents: (index: string) => Map<string, Document>
  behave(health: Health): void
  /** Nobody answers on its port until `start`. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** A real one where MEILISEARCH_URL names it or Docker runs, else the stand-in. */
export async function startMeilisearch(): Promise<MeilisearchServer> {
  const { MEILISEARCH_URL: url, MEILISEARCH_API_KEY: apiKey } = process.env
  if (url) return { url, apiKey, searchApiKey: apiKey, stop: async () => {} }
  return (await hasDocker()) ? startContainer() : startStandIn()
}

async function startContainer(): Promise<MeilisearchServer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer('getmeili/meilisearch:v1.50.0')
    .withExposedPorts(7700)
    .withEnvironment({ MEILI_MASTER_KEY: masterKey, MEILI_NO_ANALYTICS: 'true' })
    .withWaitStrategy(Wait.forHttp('/health', 7700))
    .start()
  return {
    url: `http://${container.getHost()}:${container.getMappedPort(7700)}`,
    apiKey: masterKey,
    searchApiKey: masterKey,
    stop: async () => void (await container.stop()),
  }
}

const defaults: Settings = {
  displayedAttributes: ['*'],
  searchableAttributes: ['*'],
  pagination: { maxTotalHits: 1000 },
}

/** Answers as Meilisearch 1.50 did in `meilisearch-exchanges.json`, as far as Postern asks; a test holds it against them. */
export async function startStandIn(): Promise<StandIn> {
  const indexes = new Map<string, Index>()
  const tasks: Task[] = []
  const asked: Asked[] = []
  let health: Health = 'fine'
  let server: Server | undefined
  let port = 0

  const indexOf = (uid: string): Index => {
    const found = indexes.get(uid) ?? { settings: { ...defaults }, documents: new Map<string, Document>() }
    indexes.set(uid, found)
    return found
  }

  function enqueue(indexUid: string | null, type: string, act: () => void): Reply {
    let error: object | null = null
    try {
      act()
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      error = refusal.body
    }
    const uid = tasks.push({ uid: tasks.length, indexUid, type, error }) - 1
    return [202, { taskUid: uid, indexUid, status: 'enqueued', type, enqueuedAt: new Date().toISOString() }]
  }

  const mustExist = (uid: string): Index => indexes.get(uid) ?? missing(uid)

  type Handler = (body: never, ...parts: string[]) => Reply
  const routes: readonly (readonly [string, RegExp, Handler])[] = [
    ['GET', /^\/tasks\/(\d+)$/, (_, uid) => taskReply(tasks[Number(uid)])],
    [
      'POST',
      /^\/indexes$/,
      ({ uid }: { uid: string }) =>
        enqueue(uid, 'indexCreation', () => {
          if (indexes.has(uid)) throw new Refusal('index_already_exists', `Index \`${uid}\` already exists.`)
          indexOf(uid)
        }),
    ],
    [
      'DELETE',
      /^\/indexes\/([\w-]+)$/,
      (_, uid = '') => enqueue(uid, 'indexDeletion', () => void (mustExist(uid) && indexes.delete(uid))),
    ],
    ['GET', /^\/indexes\/([\w-]+)\/settings$/, (_, uid = '') => [200, mustExist(uid).settings]],
    [
      'PATCH',
      /^\/indexes\/([\w-]+)\/settings$/,
      (wanted: Settings, uid = '') =>
        enqueue(uid, 'settingsUpdate', () => Object.assign(indexOf(uid).settings, wanted)),
    ],
    [
      'POST',
      /^\/indexes\/([\w-]+)\/documents$/,
      (batch: Document[], uid = '') =>
        enqueue(uid, 'documentAdditionOrUpdate', () => {
          for (const document of batch) indexOf(uid).documents.set(document.id, document)
        }),
    ],
    [
      'DELETE',
      /^\/indexes\/([\w-]+)\/documents\/([\w-]+)$/,
      (_, uid = '', id = '') => enqueue(uid, 'documentDeletion', () => void mustExist(uid).documents.delete(id)),
    ],
    [
      'POST',
      /^\/swap-indexes$/,
      (swaps: { indexes: [string, string] }[]) =>
        enqueue(null, 'indexSwap', () => {
          for (const {
            indexes: [a, b],
          } of swaps) {
            const [first, second] = [mustExist(a), mustExist(b)]
            indexes.set(a, second).set(b, first)
          }
        }),
    ],
    ['POST', /^\/indexes\/([\w-]+)\/search$/, (query: Query, uid = '') => [200, search(mustExist(uid), query)]],
  ]

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readText(request)
    const { method = '', url = '', headers } = request
    const path = url.split('?', 1)[0] ?? ''
    const key = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1]
    asked.push({ method, path, key })
    const isSearch = path.endsWith('/search')
    if (isSearch && health !== 'fine') return answerIll(response, health)
    try {
      checkKey(key, isSearch)
      reply(response, route(method, path, text))
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      reply(response, [refusal.status, refusal.body])
    }
  }

  function route(method: string, path: string, text: string): Reply {
    for (const [verb, pattern, handle] of routes) {
      const parts = verb === method ? pattern.exec(path) : null
      if (parts) return handle(JSON.parse(text || 'null') as never, ...parts.slice(1))
    }
    throw new Error(`the stand-in does not know ${method} ${path}`)
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
  await listen()
  return {
    url: `http://127.0.0.1:${port}`,
    apiKey: masterKey,
    searchApiKey: searchKey,
    asked,
    documents: (uid) => indexOf(uid).documents,
    behave: (next) => {
      health = next
    },
    kill,
    start: listen,
    stop: kill,
  }
}

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

type Reply = readonly [status: number, body: object]
const reply = (response: ServerResponse, [status, body]: Reply): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

class Refusal extends Error {
  readonly status: number
  readonly body: object
  constructor(code: string, message: string, { status = 400, type = 'invalid_request' } = {}) {
    super(message)
    this.status = status
    this.body = { message, code, type, link: `https://docs.meilisearch.com/errors#${code}` }
  }
}

function missing(uid: string): never {
  throw new Refusal('index_not_found', `Index \`${uid}\` not found.`, { status: 404 })
}

function checkKey(key: string | undefined, isSearch: boolean): void {
  if (key === undefined) {
    const message = 'The Authorization header is missing. It must use the bearer authorization method.'
    throw new Refusal('missing_authorization_header', message, { status: 401, type: 'auth' })
  }
  if (key === masterKey || (key === searchKey && isSearch)) return
  throw new Refusal('invalid_api_key', 'The provided API key is invalid.', { status: 403, type: 'auth' })
}

function taskReply(task: Task | undefined): Reply {
  if (task === undefined) throw new Refusal('task_not_found', 'Task not found.', { status: 404 })
  const at = new Date().toISOString()
  const status = task.error === null ? 'succeeded' : 'failed'
  const times = { duration: 'PT0.001S', enqueuedAt: at, startedAt: at, finishedAt: at }
  return [200, { batchUid: task.uid, status, canceledBy: null, details: {}, ...task, ...times }]
}

type Query = {
  readonly q: string
  readonly page?: number
  readonly hitsPerPage?: number
  readonly matchingStrategy?: string
  readonly attributesToRetrieve?: readonly string[]
}

function search(
  { settings, documents }: Index,
  { q, page = 1, hitsPerPage = 20, attributesToRetrieve = ['*'] }: Query,
) {
  const searchable = settings.searchableAttributes as readonly string[]
  const { maxTotalHits } = settings.pagination as { maxTotalHits: number }
  const words = tokensOf(q)
  const ranked = [...documents.values()].flatMap((document) => {
    const tokens = Object.entries(document).flatMap(([name, value]) =>
      (searchable.includes('*') || searchable.includes(name)) && typeof value === 'string'
        ? withNeighbours(tokensOf(value))
        : [],
    )
    const errors = words.map((word, index) => errorsOf(word, tokens, index === words.length - 1))
    const joined = words.length > 1 ? errorsOf(words.join(''), tokens, true) : undefined
    if (errors.includes(undefined) && joined !== undefined) return [{ document, rank: joined + 1 }]
    return errors.includes(undefined)
      ? []
      : [{ document, rank: errors.reduce<number>((sum, one) => sum + (one ?? 0), 0) }]
  })
  const hits = ranked.toSorted((a, b) => a.rank - b.rank).map(({ document }) => document)
  const reachable = hits.slice(0, maxTotalHits)
  const shown = reachable.slice((page - 1) * hitsPerPage, page * hitsPerPage)
  return {
    hits: shown.map((document) =>
      attributesToRetrieve.includes('*')
        ? document
        : Object.fromEntries(Object.entries(document).filter(([name]) => attributesToRetrieve.includes(name))),
    ),
    query: q,
    processingTimeMs: 0,
    hitsPerPage,
    page,
    totalPages: Math.ceil(hits.length / hitsPerPage),
    totalHits: hits.length,
    requestUid: '01890a5d-ac96-774b-bcce-b302099a8057',
  }
}

const tokensOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

/** Meilisearch also joins words that stand side by side. */
const withNeighbours = (tokens: readonly string[]): string[] => [
  ...tokens,
  ...tokens.slice(1).map((token, index) => `${tokens[index]}${token}`),
]

/** How far the nearest token is, if it is near enough; only the last word may be a beginning. */
function errorsOf(word: string, tokens: readonly string[], mayBePrefix: boolean): number | undefined {
  const most = word.length < 5 ? 0 : word.length < 9 ? 1 : 2
  const distances = tokens.flatMap((token) => {
    const candidates = mayBePrefix ? [token, ...[-1, 0, 1].map((more) => token.slice(0, word.length + more))] : [token]
    return candidates.map((one) => distance(word, one) + (word[0] === one[0] ? 0 : 1))
  })
  const least = Math.min(Number.POSITIVE_INFINITY, ...distances)
  return least <= most ? least : undefined
}

/** Up to two; anything beyond is three. */
function distance(a: string, b: string, left = 2): number {
  if (a === '' || b === '') return Math.min(3, a.length + b.length)
  if (a[0] === b[0]) return distance(a.slice(1), b.slice(1), left)
  if (left === 0) return 3
  const ways = [[a.slice(1), b] as const, [a, b.slice(1)] as const, [a.slice(1), b.slice(1)] as const]
  if (a[0] === b[1] && a[1] === b[0]) ways.push([a.slice(2), b.slice(2)])
  return Math.min(3, 1 + Math.min(...ways.map(([x, y]) => distance(x, y, left - 1))))
}
