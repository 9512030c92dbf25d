import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** Static, dynamic and of types alone: whatever makes one file know another. */
const specifiers = /(?:\bfrom|\bimport\()\s*'(\.[^']+)'|^import '(\.[^']+)'/gm

export const readSource = (file: string): string => readFileSync(join(src, file), 'utf8')

/** Which files of src each of them imports, types included; all paths are relative to src. */
export function readImports(): ReadonlyMap<string, readonly string[]> {
  const files = globSync('**/*.ts', { cwd: src })
  return new Map(
    files.map((file) => {
      const found = [...readSource(file).matchAll(specifiers)].map(([, one, other]) =>
        relative(src, join(src, dirname(file), one ?? other ?? '')),
      )
      return [file, [...new Set(found)].filter((path) => files.includes(path))]
    }),
  )
}

/** The files of circles, and those on a way from one circle to another: what is left once all that ends somewhere is taken away. */
export function findCircular(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Set(imports.keys())
  const isEnd = (file: string): boolean =>
    !imports.get(file)?.some((path) => left.has(path)) || ![...left].some((other) => imports.get(other)?.includes(file))
  for (let before = Number.POSITIVE_INFINITY; left.size < before; ) {
    before = left.size
    for (const file of left) if (isEnd(file)) left.delete(file)
  }
  return [...left].sort()
}
