import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { useFolder } from '../support/folder.ts'
import { blocksOf, scriptOf, startPostern } from './guide.ts'

const cwd = useFolder('curl')

/** Names and kinds; of errors and states the words as well, which programs decide by. */
function shapeOf(answer: object): object {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [name, /^(?:status|code)$/.test(name) ? value : typeof value]),
  )
}

test('docs/guides/curl.md prints, word for word, what it says [ST1]', async () => {
  const postern = await startPostern()
  const script = scriptOf('curl').replace('http://localhost:8080', postern.origin)
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], { cwd })
  await postern.stop()

  const lines = stdout.trimEnd().split('\n')
  const promised = [...script.matchAll(/# (\d{3})$/gm)].map(([, status]) => status)
  expect(promised.length).toBeGreaterThan(15)
  expect(lines.map((line) => line.slice(-3))).toEqual(promised)

  const printed = lines.flatMap((line) => /^\{.*\}(?= \d{3}$)/.exec(line)?.[0] ?? []).map((text) => JSON.parse(text))
  const shown = blocksOf('curl').filter(({ language }) => language === 'json')
  expect(shown.length).toBeGreaterThan(4)
  for (const { text } of shown) expect(printed.map(shapeOf)).toContainEqual(shapeOf(JSON.parse(text)))
})
