import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { masterKey, type StandIn, searchKey, startStandIn } from '../support/meilisearch.ts'

type Exchange = {
  readonly name: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: unknown
  }
  readonly response: { readonly status: number; readonly body?: Record<string, unknown> }
}

/** Recorded from a Meilisearch 1.50 server. */
const { exchanges } = JSON.parse(readFileSync(new URL('meilisearch-exchanges.json', import.meta.url), 'utf8')) as {
  exchanges: Exchange[]
}

const find = (name: string): Exchange => {
  const found = exchanges.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no exchange is called ${name}`)
  return found
}

let standIn: StandIn
beforeAll(async () => {
  standIn = await startStandIn()
})
afterAll(() => standIn.stop())

const keys: Readonly<Record<string, string>> = {
  '<searchKey>': searchKey,
  '<documentsKey>': masterKey,
  '<masterKey>': masterKey,
}

async function ask({ request: { method, path, headers, body } }: Exchange) {
  const authorization = headers.authorization?.replace(/<\w+>/, (name) => keys[name] ?? name)
  const reply = await fetch(standIn.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
}

/** Numbers, times and ids that change are placeholders in the recording. */
const withoutPlaceholders = (body: Record<string, unknown> = {}) =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => !/^<\w+>$/.test(String(value))))

describe('the stand-in answers as the recorded server did', () => {
  test('to searches of an index that is not there, and to keys that may not', async () => {
    for (const name of [
      'search: index does not exist',
      'settings: get, index does not exist',
      'auth: no Authorization header',
      'auth: invalid key',
      'auth: search key adds documents',
    ]) {
      const { request, response } = find(name)
      const answer = await ask({ request, response, name })
      expect([name, answer.status, answer.body]).toEqual([name, response.status, response.body])
    }
  })

  test('to writes, whose task says what became of them', async () => {
    for (const [name, task] of [
      ['index: create', 'task: succeeded, indexCreation'],
      ['index: create again (accepted)', 'task: failed, index_already_exists'],
      ['settings: update', 'task: succeeded, settingsUpdate'],
      ['documents: add batch', 'task: succeeded, batch of 24'],
      ['documents: delete one, absent (accepted)', 'task: succeeded, deletion of an absent document'],
      ['swap: target does not exist (accepted)', 'task: failed, swap with a missing index'],
    ] as const) {
      const { request, response } = find(name)
      const answer = await ask({ request, response, name })
      expect([name, answer.status, answer.body]).toEqual([
        name,
        202,
        expect.objectContaining(withoutPlaceholders(response.body)),
      ])
      const reply = await fetch(`${standIn.url}/tasks/${Number(answer.body.taskUid)}`, {
        headers: { authorization: `Bearer ${masterKey}` },
      })
      const { details, error, ...said } = (await reply.json()) as { details: object; error: { code: string } | null }
      const { details: _, error: wantedError, ...wanted } = withoutPlaceholders(find(task).response.body)
      expect([task, said]).toEqual([task, expect.objectContaining(wanted)])
      expect(error?.code).toBe((wantedError as { code: string } | null)?.code)
    }
  })

  test.each([
    'search: handle exact, upper case',
    'search: prefix, three letters',
    'search: prefix inside the handle (no infix search)',
    'search: typo, swapped letters in a 5-letter word',
    'search: typo in the first letter',
    'search: typo in a 4-letter word (none allowed)',
    'search: two typos in a 10-letter word',
    'search: multi-word, matchingStrategy all',
    'search: handle with underscore, matchingStrategy all',
    'search: handle without its underscore',
    'search: second half of a handle',
    'search: handle with digits',
    'search: accents folded',
    'search: Polish letters',
    'search: Cyrillic',
    'search: no hit',
    'search: page beyond the end',
  ])('%s', async (name) => {
    const { request, response } = find(name)
    const answer = await ask({ request, response, name })
    const handlesOf = (body: Record<string, unknown> = {}) =>
      (body.hits as { handle: string }[]).map(({ handle }) => handle).sort()
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body).sort()).toEqual(Object.keys(response.body ?? {}).sort())
    expect(handlesOf(answer.body)).toEqual(handlesOf(response.body))
    expect(answer.body.totalHits).toBe(response.body?.totalHits)
  })
})
