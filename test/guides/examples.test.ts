import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blocksOf } from './guide.ts'

const root = join(import.meta.dirname, '../..')
const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

describe.each(['react', 'next'])('examples/%s', (name) => {
  const read = (file: string) => readFileSync(join(root, 'examples', name, file), 'utf8')
  const manifest = JSON.parse(read('package.json'))

  test('has, word for word, every file that its guide shows', () => {
    const files = blocksOf(name).filter(({ language }) => language !== 'sh')
    expect(files.length).toBeGreaterThan(5)
    for (const { text } of files) {
      const [, file = ''] = /^\/\/ (\S+)\n/.exec(text) ?? []
      expect([file, read(file)]).toEqual([file, text])
    }
  })

  test('has exact versions, the client of this one, and a lockfile that names no registry', () => {
    const { postern, ...others } = { ...manifest.dependencies, ...manifest.devDependencies }
    expect(postern).toBe(`file:vendor/postern-${version}.tgz`)
    for (const one of Object.values(others)) expect(one).toMatch(/^\d+\.\d+\.\d+$/)
    const lockfile = read('package-lock.json')
    expect(lockfile).not.toMatch(/https?:\/\/(?![\w.]*(?:opencollective|tidelift|github|paypal))/)
    const { packages } = JSON.parse(lockfile)
    expect(packages[''].dependencies).toEqual(manifest.dependencies)
    // The tarball is packed anew by everybody.
    expect(packages['node_modules/postern']).not.toHaveProperty('integrity')
  })
})
