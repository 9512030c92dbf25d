import { createConfig, lintFromString } from '@redocly/openapi-core'
import spectral, { type RulesetDefinition } from '@stoplight/spectral-core'
import rulesets from '@stoplight/spectral-rulesets'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'

let app: TestApp
let text: string
let operations: readonly (readonly [name: string, operation: Operation])[]

type Operation = {
  readonly operationId?: string
  readonly description?: string
  readonly security?: readonly object[]
  readonly tags?: readonly string[]
}

beforeAll(async () => {
  // Both linters know example.com as a place that is not meant.
  app = await startApp({ PUBLIC_URL: 'https://auth.of-somebody.net' })
  const { body } = await app.client().get('/openapi.json')
  text = JSON.stringify(body)
  operations = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  )
})
afterAll(() => app.close())

describe('/openapi.json', () => {
  test('Redocly has nothing to say of it by its recommended rules but of the one redirect', async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config })
    const said = problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`)
    // Providers send browsers there, which go on to the front end by 303: it has no other success.
    const redirect = '#/paths/~1v0~1auth~1oauth~1{provider}~1form-post/post/responses'
    expect(said).toEqual([`operation-2xx-response ${redirect}`])
  })

  test('Spectral has nothing to say of it by its rules for OpenAPI', async () => {
    const linter = new spectral.Spectral()
    linter.setRuleset({ extends: [rulesets.oas as RulesetDefinition] })
    const said = (await linter.run(text)).map(({ code, path, message }) => `${code} ${path.join('.')}: ${message}`)
    expect(said).toEqual([])
  })

  test('is smaller than 300 kB', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(300_000)
  })

  test('every operation has a name of its own that a person would give it, a sentence on its policy, and its credentials', () => {
    const names = operations.map(([, { operationId = '' }]) => operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const [name, { operationId, description, security }] of operations) {
      expect(operationId, name).toMatch(/^[a-z]+(?:[A-Z][a-z]+)*$/)
      expect(description, name).toMatch(/^(?:For|Needs) .*\.$/)
      expect(Array.isArray(security), name).toBe(true)
    }
    expect(names).toEqual(expect.arrayContaining(['signUp', 'signIn', 'signInInApp', 'getMe', 'listSessions']))
  })

  test('every tag that an operation has is explained, and none is explained in vain', () => {
    const { tags } = JSON.parse(text) as { tags: readonly { name: string; description: string }[] }
    const used = new Set(operations.flatMap(([, { tags = [] }]) => tags))
    expect(tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted())
    for (const { name, description } of tags) expect(description, name).toMatch(/\w+ .*\.$/)
  })
})
