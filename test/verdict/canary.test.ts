import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { looksSecret, secretSearch } from '../support/canary-search.ts'

const places = ['logs', 'errors', 'metrics', 'administration', 'spans'] as const

let dir: string
let secrets: readonly string[]
let search: ReturnType<typeof secretSearch>
beforeAll(() => {
  dir = join(inject('recordDir'), 'canary')
  secrets = [...new Set(filesOf('secrets').flatMap(linesOf))].map((line) => JSON.parse(line) as string)
  search = secretSearch(secrets)
})

const filesOf = (place: string): string[] =>
  existsSync(dir) ? readdirSync(dir).filter((name) => name.split('-', 1)[0] === place) : []
const linesOf = (name: string): string[] => readFileSync(join(dir, name), 'utf8').split('\n').filter(Boolean)

/** The line in which it stands, with what it is about: enough to find who wrote it. */
const around = (text: Buffer, index: number): string =>
  text.toString('utf8', Math.max(text.lastIndexOf('\n', index) + 1, index - 500), index + 300)

test.each(places)('of all secrets that this run sent, got and set, none is in its %s [LG1 AD2]', (place) => {
  const since = performance.now()
  const leaks: string[] = []
  let bytes = 0
  for (const name of filesOf(place)) {
    const text = readFileSync(join(dir, name))
    bytes += text.length
    for (const { secret, at } of search(text)) leaks.push(`${secret}: ${around(text, at)}`)
    for (const [found] of text.toString('latin1').matchAll(looksSecret))
      leaks.push(`${found}: ${around(text, text.indexOf(found))}`)
  }
  const took = Math.round(performance.now() - since)
  process.stdout.write(`${place}: ${secrets.length} secrets, ${bytes} bytes, ${took} ms\n`)
  expect(leaks.slice(0, 20), `${leaks.length} leaks`).toEqual([])
  expect([secrets.length, bytes]).not.toContain(0)
})
