import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { catalogue, errorCodes } from '../../src/errors/catalogue.ts'
import { publicUrl, startApp, type TestApp } from '../support/app.ts'
import { readOpenApi } from '../support/openapi.ts'
import { signedUp } from '../support/people.ts'

type Schema = {
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly unknown[]; readonly const?: unknown }>>
}
type Response = {
  readonly description?: string
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}
type Operation = {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
  }
  readonly responses?: Readonly<Record<string, Response>>
}
type Document = {
  readonly openapi: string
  readonly info: { readonly title?: string; readonly version?: string }
  readonly components: { readonly securitySchemes: Readonly<Record<string, { readonly name?: string }>> }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

let app: TestApp
let document: Document
let operations: readonly { readonly name: string; readonly path: string; readonly operation: Operation }[]

beforeAll(async () => {
  app = await startApp()
  document = await readOpenApi<Document>(app)
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )
})
afterAll(() => app.close())

const codesOf = (response: Response): readonly string[] =>
  (response.content?.['application/json']?.schema?.properties?.code?.enum ?? []) as string[]

const errorsOf = ({ responses = {} }: Operation) =>
  Object.entries(responses).filter(([, response]) => codesOf(response).length > 0)

test('it is an OpenAPI 3.1 document of this server', () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/)
  expect(document.info.title).toBeTruthy()
  expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/)
  expect(document.servers).toEqual([{ url: publicUrl }])
  expect(operations.length).toBeGreaterThan(10)
})

test('every operation says what it is for and what it takes', () => {
  for (const { name, path, operation } of operations) {
    expect(name).toMatch(/^(GET|POST|PATCH|DELETE) \/(?:[a-z0-9._-]+|\{[a-z_]+\})(?:\/(?:[a-z0-9._-]+|\{[a-z_]+\}))*$/)
    expect(operation.summary, name).toBeTruthy()
    expect(operation.tags?.length, name).toBe(1)
    const named = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, parameter]) => parameter)
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(
      declared.map((parameter) => parameter.name),
      name,
    ).toEqual(named)
    for (const { required } of declared) expect(required, name).toBe(true)
    for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
      expect(Object.keys(schema?.properties ?? {}), name).toEqual(expect.arrayContaining([...(schema?.required ?? [])]))
    }
  }
})

test('a body may be left out where each of its fields may, as PATCH /v0/user/me shows; nowhere else', async () => {
  for (const { name, operation } of operations) {
    const { required, content = {} } = operation.requestBody ?? {}
    const demands = Object.values(content).some(({ schema }) => schema?.required?.length || schema?.minProperties)
    if (operation.requestBody) expect([name, required]).toEqual([name, demands])
  }
  const { client } = await signedUp(app)
  expect((await client.send('PATCH', '/v0/user/me')).status).toBe(200)
})

test('the session cookie has the name that it is sent with', async () => {
  const { client } = await signedUp(app)
  expect([...client.cookies.keys()]).toEqual([document.components.securitySchemes.session_cookie?.name])
})

test('a text that must not be empty says so', () => {
  const { operation } = operations.find(({ name }) => name === 'POST /v0/auth/verify-email') ?? {}
  const { properties } = operation?.requestBody?.content?.['application/json']?.schema ?? {}
  expect(properties).toMatchObject({ token: { minLength: 1 }, email: { minLength: 1 } })
})

test('every operation has a success and its errors; every response says what it is', () => {
  for (const { name, operation } of operations) {
    const statuses = Object.keys(operation.responses ?? {})
    expect(statuses.filter((status) => /^[23]\d\d$/.test(status)).length, name).toBeGreaterThan(0)
    expect(errorsOf(operation).length, name).toBeGreaterThan(0)
    for (const [status, { description }] of Object.entries(operation.responses ?? {})) {
      expect(status, name).toMatch(/^[2345]\d\d$/)
      expect(description, `${name} ${status}`).toBeTruthy()
    }
  }
})

test('a response that has no body declares none', () => {
  for (const { name, operation } of operations) {
    for (const status of ['204', '304'])
      expect(operation.responses?.[status]?.content, `${name} ${status}`).toBeUndefined()
  }
})

test('whatever is answered with 4xx or 5xx is an error of the catalogue; the report of /health/ready is none', () => {
  for (const { name, operation } of operations) {
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      if (Number(status) < 400 || name === 'GET /health/ready') continue
      expect(codesOf(response).length, `${name} ${status}`).toBeGreaterThan(0)
    }
  }
})

test('every error is described in both media types, with sorted codes of that status', () => {
  for (const { name, operation } of operations) {
    for (const [status, { content = {} }] of errorsOf(operation)) {
      const where = `${name} ${status}`
      expect(Object.keys(content).sort(), where).toEqual(['application/json', 'application/problem+json'])
      const [plain, problem] = ['application/json', 'application/problem+json'].map((type) => content[type]?.schema)
      expect(plain?.required, where).toEqual(['status', 'code'])
      expect(problem?.required, where).toEqual(['type', 'title', 'status', 'code'])
      for (const schema of [plain, problem]) {
        const { status: number, code } = schema?.properties ?? {}
        expect(number?.enum ?? [number?.const], where).toEqual([Number(status)])
        const codes = code?.enum as string[]
        expect(codes.length, where).toBeGreaterThan(0)
        expect(codes, where).toEqual([...new Set(codes)].sort())
        for (const one of codes) expect([one, catalogue[one as keyof typeof catalogue]?.status]).toEqual([one, +status])
      }
      expect(plain?.properties?.code, where).toEqual(problem?.properties?.code)
    }
  }
})

test('every code of the catalogue is declared by a route', () => {
  const declared = new Set<string>(
    operations.flatMap(({ operation }) => errorsOf(operation).flatMap(([, response]) => codesOf(response))),
  )
  expect(errorCodes.filter((code) => !declared.has(code))).toEqual([])
})

test('a route that does not say who may call it does not start [AZ1]', async () => {
  const own = await buildApp(app.deps)
  const forgotten = () => own.route({ method: 'GET', url: '/forgotten', handler: async () => 'anybody' })
  expect(forgotten).toThrow('GET /forgotten does not say who may call it')
  await own.close()
})
