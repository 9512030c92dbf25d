import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const tag = / ?\[((?:[A-Z]{2}\d+)(?: [A-Z]{2}\d+)*)\]/

/** A test that shows requirements: its own title after those of the blocks around it. */
export type TaggedTest = { readonly file: string; readonly title: string; readonly ids: readonly string[] }

/** Read from the source, so that one page can be checked without running everything. */
export const taggedTests = (): TaggedTest[] =>
  globSync('test/**/*.test.ts', { cwd: root })
    .sort()
    .flatMap((name) => taggedIn(readFileSync(join(root, name), 'utf8'), name))

export function taggedIn(source: string, file: string): TaggedTest[] {
  const lines = source.split('\n')
  return lines.flatMap((line, index) =>
    literalsOf(line).flatMap((literal) => {
      const ids = tag.exec(literal)?.[1]?.split(' ')
      return ids ? [{ file, ids, title: [...blocksAround(lines, index), literal].map(readable).join(' > ') }] : []
    }),
  )
}

function literalsOf(line: string): string[] {
  if (/^\s*(?:\/\/|\/?\*)/.test(line)) return []
  return [...line.matchAll(/(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)].map(([, , text = '']) => text)
}

/** The formatter indents what a block holds, so the lines that are less and less indented open the blocks. */
function blocksAround(lines: readonly string[], index: number): string[] {
  const blocks: string[] = []
  let depth = indentOf(lines[index] ?? '')
  for (const line of lines.slice(0, index).reverse()) {
    if (line.trim() === '' || indentOf(line) >= depth) continue
    depth = indentOf(line)
    const [title] = /^\s*(?:describe\b.*|\]\))\(['"`]/.test(line) ? literalsOf(line.replace(/^.*?\((?=['"`])/, '')) : []
    if (title !== undefined) blocks.unshift(title)
  }
  return blocks
}

const indentOf = (line: string): number => line.search(/\S|$/)

/** Without its tag, and with an ellipsis for what a table fills in. */
const readable = (title: string): string => title.replace(tag, '').replace(/%[sijd]|\$\{[^}]*\}|\$\w+/g, '…')
