import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Operations } from '../../src/client/api.ts'
import { isOurSide } from '../../src/client/client.ts'
import { codesOf } from '../../src/client/codes.ts'
import { openGuides } from '../../src/docs/guides.ts'
import { blocksOf, scriptOf, textOf } from './guide.ts'
import { walks } from './walks.ts'

const docs = join(import.meta.dirname, '../../docs')
const namesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((file) => (file.endsWith('.md') ? file.slice(0, -'.md'.length) : []))
const guides = namesIn(join(docs, 'guides'))

/** Run by tests of their own, in every run. */
const elsewhere = ['curl', 'nginx', 'caddy']

test('every guide is run, by the long form or on every run', () => {
  expect([...Object.keys(walks), ...elsewhere].sort()).toEqual(guides.sort())
})

test('no guide has the name of another page, and each stands in a group', () => {
  expect(guides.filter((name) => namesIn(docs).includes(name))).toEqual([])
  const groups = openGuides().groups.filter(({ title }) => /Front ends|Services|Proxies|By hand/.test(title))
  expect(groups.flatMap((group) => group.guides.map(({ name }) => name)).sort()).toEqual(guides.sort())
  for (const { sentence } of groups.flatMap((group) => group.guides)) expect(sentence).toMatch(/^[A-Z].{20,160}\.$/)
})

test.each(['sveltekit', 'nuxt', 'expo'])(
  '%s.md has a case for each code of its calls, or would not compile',
  (name) => {
    const file = blocksOf(name).find(({ text }) => text.includes('satisfies never'))?.text ?? ''
    const [, named = ''] = /\bErrorOf<([^>]+)>/.exec(file) ?? []
    const codes = new Set([...named.matchAll(/'(\w+)'/g)].flatMap(([, call]) => codesOf(call as keyof Operations)))
    const cases = [...file.matchAll(/^ +case '([\w:]+)':/gm)].map(([, code]) => code)
    expect(cases.length).toBeGreaterThan(10)
    expect(cases.toSorted()).toEqual(
      [...codes].filter((code) => !isOurSide({ from: 'server', code, status: 400 })).toSorted(),
    )
  },
)

describe.each(guides)('%s.md', (name) => {
  test('names no folder of one machine, no registry and no address but its own examples', () => {
    const text = textOf(name)
    expect(text).not.toMatch(/\/(?:home|root|work|Users)\/|registry|index-url|GOPROXY/i)
    const hosts = [...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host = '']) => host)
    expect(
      hosts.filter(
        (host) => !/^(?:localhost|127\.0\.0\.1|(?:[\w-]+\.)*example\.com|postern|front-end|application)$/.test(host),
      ),
    ).toEqual([])
  })

  test('has something to write or to run', () => expect(scriptOf(name)).not.toBe(''))
})
