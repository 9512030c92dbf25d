import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Operations } from '../../src/client/api.ts'
import { isOurSide } from '../../src/client/client.ts'
import { codesOf } from '../../src/client/codes.ts'
import { blocksOf } from './guide.ts'

const root = join(import.meta.dirname, '../..')
const version: string = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version

const sentencesIn = { react: 'src/sentences.ts', next: 'lib/sentences.ts' }

describe.each(['react', 'next'] as const)('examples/%s', (name) => {
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

  test('has a sentence for each code of its calls, without which it would not compile', () => {
    const [, text = ''] = /^const sentences: [^{]+\{([\s\S]+?)^\}/m.exec(read(sentencesIn[name])) ?? []
    const [, named = ''] = /\bErrorOf<([^>]+)>/.exec(read(sentencesIn[name])) ?? []
    const calls = [...named.matchAll(/'(\w+)'/g)].map(([, call]) => call as keyof Operations)
    const codes = new Set(calls.flatMap((call): readonly string[] => codesOf(call)))
    const said = [...text.matchAll(/^ {2}'?([\w:]+)'?: /gm)].map(([, code]) => code)
    expect(calls.length).toBeGreaterThan(3)
    expect(said.toSorted()).toEqual(
      [...codes].filter((code) => !isOurSide({ from: 'server', code, status: 400 })).toSorted(),
    )
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
