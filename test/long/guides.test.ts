import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { follow } from '../guides/guide.ts'
import { walks } from '../guides/walks.ts'

const root = join(import.meta.dirname, '../..')
const minutes = 60_000

/** They install what they name from npm, PyPI and Go's proxy, so this is a command of its own: `npm run guides`, `GUIDES=nuxt,go` for some. */
describe.runIf(process.env.GUIDES)('docs/guides, word for word, in a fresh folder', () => {
  const wanted = process.env.GUIDES?.split(',') ?? []
  const chosen = Object.entries(walks).filter(([name]) => wanted.includes('1') || wanted.includes(name))

  beforeAll(async () => {
    await promisify(execFile)('npm', ['run', 'build:client'], { cwd: root })
  }, 2 * minutes)

  test('there is a walk for what is asked', () => expect(chosen).not.toEqual([]))

  test.each(chosen)(
    '%s.md builds what it says',
    async (name, { place, variables, walk }) => {
      const followed = await follow(name, place, variables)
      try {
        await walk(followed)
      } finally {
        await followed.stop()
      }
    },
    15 * minutes,
  )
})
