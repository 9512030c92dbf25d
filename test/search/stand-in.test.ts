import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { masterKey, workerRights } from '../support/meilisearch-keys.ts'
import { defaultSettings } from '../support/meilisearch-settings.ts'
import { type StandIn, startStandIn } from '../support/meilisearch-stand-in.ts'
import type { Document } from '../support/meilisearch-tasks.ts'

type Exchange = {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly key?: string
  readonly body?: unknown
  /** What was searched for; all else of the request is as Postern sends it. */
  readonly q?: string
  readonly page?: number
  readonly hitsPerPage?: number
  readonly status: number
  /** Numbers, times and ids that change are left out. */
  readonly answer?: object
  readonly found?: readonly string[]
  readonly total?: number
}

/** What a Meilisearch 1.50 answered to every request that Postern sends, in the order in which it was asked. */
const exchanges: readonly Exchange[] = JSON.parse(
  readFileSync(new URL('meilisearch-exchanges.json', import.meta.url), 'utf8'),
)

let standIn: StandIn
beforeAll(async () => {
  standIn = await startStandIn()
  const onUsers = { rights: workerRights, indexes: ['users*'] }
  for (const [name, key] of [
    ['<workerKey>', onUsers],
    ['<workerKeyAll>', { rights: workerRights, indexes: ['*'] }],
    ['<workerKeyTwo>', { rights: workerRights, indexes: ['users', 'users_next'] }],
    ['<searchKey>', { rights: ['search'], indexes: ['users'] }],
    ['<searchKeyAll>', { rights: ['search'], indexes: ['users*'] }],
    ...workerRights.map((right) => {
      const others = workerRights.filter((one) => one !== right)
      return [`<keyWithout.${right}>`, { rights: others, indexes: ['users*'] }] as const
    }),
  ] as const)
    standIn.makeKey(name, key)
})
afterAll(() => standIn.stop())

const batches = () =>
  ['documents: add batch', 'documents: add batch of 46, many scripts'].flatMap(
    (name) => exchanges.find((one) => one.name === name)?.body as Document[],
  )
const indexWith = (primaryKey: string, documents: readonly Document[] = []) => ({
  primaryKey,
  settings: defaultSettings(),
  documents: new Map(documents.map((document) => [String(document[primaryKey]), document])),
})
/** As Postern set them when this was recorded. */
const settingsThen = {
  searchableAttributes: ['handle', 'display_name'],
  displayedAttributes: ['id', 'handle', 'display_name', 'bio'],
}

/** What others did to the server between two of the requests. */
const meanwhile: Readonly<Record<string, () => void>> = {
  'product: index-user, user and index are gone: 1, DELETE /indexes/users_lost/documents/00000000-0000-4000-8000-000000000997':
    () => standIn.indexes.delete('users_lost'),
  'product: provision, foreign primary key: 1, GET /indexes/users_fk/settings': () =>
    standIn.indexes.set('users_fk', indexWith('handle')),
  'product: reindex over a foreign primary key: 1, GET /indexes/users_fk2/settings': () =>
    standIn.indexes.set('users_fk2', indexWith('handle', [{ id: '1', handle: 'a' }])),
  'swap: with the key for users* (accepted)': () => standIn.indexes.set('users_next', indexWith('id')),
  'swap: key for users*, and without waiting: delete users_next': () => {
    const [users, next] = [standIn.indexes.get('users'), standIn.indexes.get('users_next')]
    if (users && next) standIn.indexes.set('users', next).set('users_next', users)
  },
  'right missing: documents.add': () => {
    const index = indexWith('id', batches())
    standIn.indexes.set('users', { ...index, settings: { ...index.settings, ...settingsThen } })
  },
  'product: provision, settings were reset: 1, GET /indexes/users/settings': () =>
    standIn.indexes.set('users', indexWith('id', batches())),
  'two reindexes at once, A: DELETE /indexes/users_race_next': () => standIn.indexes.set('users_race', indexWith('id')),
}

let lastTask = 0

async function send({ method, path, key, body, q, page = 1, hitsPerPage = 20 }: Exchange) {
  const search = q === undefined ? undefined : { q, page, hitsPerPage, matchingStrategy: 'all' }
  const sent = search ?? (typeof body === 'string' ? batches() : body)
  const reply = await fetch(standIn.url + path.replace('<taskUid>', String(lastTask)), {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key && { authorization: `Bearer ${key === '<masterKey>' ? masterKey : key}` }),
    },
    ...(sent !== undefined && { body: JSON.stringify(sent) }),
  })
  const answer = (await reply.json()) as { taskUid?: number; hits?: Document[]; totalHits?: number; status?: string }
  if (answer.taskUid !== undefined) lastTask = answer.taskUid
  return { status: reply.status, answer }
}

const handlesOf = (hits: readonly Document[] = []) => hits.map(({ handle }) => String(handle))

describe('the stand-in answers as the recorded server did [ST3]', () => {
  test.each(exchanges)('$name', async (exchange) => {
    meanwhile[exchange.name]?.()
    let { status, answer } = await send(exchange)
    // Of a task only its end is recorded.
    while (answer.status === 'processing' || (exchange.method === 'GET' && answer.status === 'enqueued'))
      ({ status, answer } = await send(exchange))
    expect([status, answer]).toEqual([exchange.status, expect.objectContaining(exchange.answer ?? {})])
    if (exchange.found === undefined) return
    expect(handlesOf(answer.hits).toSorted()).toEqual(exchange.found.toSorted())
    expect(answer.totalHits).toBe(exchange.total)
  })
})
