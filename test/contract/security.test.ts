import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type TaggedTest, taggedIn, taggedTests } from '../support/test-titles.ts'

/** Requirements of our own, and what others found in the field. */
const pages = ['security.md', 'field.md'].map((name) => ({
  name,
  file: new URL(`../../docs/${name}`, import.meta.url),
}))
const requirement = /^- \*\*([A-Z]{2}\d+)\*\* \S/
const listed = /^ {2}- .*\n/gm
/** The rest of a requirement that its author broke into lines. */
const broken = /^(- \*\*[A-Z]{2}\d+\*\* .*)\n {2}(?=[^ -])/m

/** Each requirement on a line of its own, as a list would come between its parts. */
function inLines(page: string): string {
  const joined = page.replace(broken, '$1 ')
  return joined === page ? page : inLines(joined)
}

/** What is written by hand, each requirement followed by the tests that carry its ID. */
const withTests = (page: string, tests: readonly TaggedTest[]): string =>
  inLines(page.replace(listed, ''))
    .split('\n')
    .flatMap((line) => {
      const id = requirement.exec(line)?.[1]
      return id === undefined ? [line] : [line, ...tests.filter(({ ids }) => ids.includes(id)).map(testLine)]
    })
    .join('\n')

const testLine = ({ file: name, title }: TaggedTest): string =>
  `  - \`${name}\`: ${title.replace(/[\\`*<[\]]/g, '\\$&')}`

const idsOn = (page: string): string[] => page.split('\n').flatMap((line) => requirement.exec(line)?.[1] ?? [])

test('every requirement has a test, every test its requirement, and no ID is there twice', () => {
  const ids = pages.flatMap(({ file }) => idsOn(readFileSync(file, 'utf8')))
  expect(new Set(ids).size).toBe(ids.length)
  const shown = new Set(taggedTests().flatMap((one) => one.ids))
  expect({
    withoutTest: ids.filter((id) => !shown.has(id)),
    notListed: [...shown].filter((id) => !ids.includes(id)),
  }).toEqual({ withoutTest: [], notListed: [] })
})

test.each(pages)('docs/$name lists the tests that there are: npm run write', ({ file }) => {
  const page = readFileSync(file, 'utf8')
  const rendered = withTests(page, taggedTests())
  if (process.env.UPDATE) writeFileSync(file, rendered)
  else expect(page).toBe(rendered)
})

test('a title is read with its blocks, without what is no title', () => {
  const source = `// as <AA1> says
describe('outer', () => {
  describe.each([
    ['table'],
  ])('of %s <AA2>', () => {
    test("it's one <AA3 AA4>", async () => {
      const text = \`no bracket\`
    })
  })
})`
  // In brackets these would be titles of this file.
  expect(taggedIn(source.replace(/<(.*?)>/g, '[$1]'), 'a.test.ts')).toEqual([
    { file: 'a.test.ts', ids: ['AA2'], title: 'outer > of …' },
    { file: 'a.test.ts', ids: ['AA3', 'AA4'], title: "outer > of … > it's one" },
  ])
})

test('a page with a test that is gone, or without one that is there, is not what it should be', () => {
  const tests = [{ file: 'a.test.ts', ids: ['AA1'], title: 'one' }]
  const right = '- **AA1** text\n  - `a.test.ts`: one\nmore'
  for (const page of [right, '- **AA1** text\nmore', '- **AA1** text\n  - `a.test.ts`: gone\nmore'])
    expect(withTests(page, tests)).toBe(right)
  const torn = '- **AA1** a text\n  - `a.test.ts`: one\n  of several\n  lines\nmore'
  expect(withTests(torn, tests)).toBe('- **AA1** a text of several lines\n  - `a.test.ts`: one\nmore')
})
