import { describe, expect, test } from 'vitest'
import { findCircular, readImports } from '../support/imports.ts'

const imports = readImports()

test('the imports of src are read: types, what is loaded later, and what is loaded for its effect', () => {
  expect(imports.size).toBeGreaterThan(400)
  expect(imports.get('deps.ts')).toContain('metrics/metrics.ts')
  expect(imports.get('open-deps.ts')).toContain('mail/inbox.ts')
})

describe('circles', () => {
  test('are found where there are some', () => {
    const some = new Map(Object.entries({ a: ['b'], b: ['c', 'd'], c: ['a'], d: ['e'], e: ['d'], f: ['a'] }))
    expect(findCircular(some)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('no file of src imports itself by way of others, types included', () => {
    expect(findCircular(imports)).toEqual([])
  })
})
