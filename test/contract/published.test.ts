import { readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { catalogue, errorCodes } from '../../src/errors/catalogue.ts'
import { version } from '../../src/process/version.ts'
import { startApp } from '../support/app.ts'
import { codesOf } from '../support/declared.ts'
import { readOpenApi } from '../support/openapi.ts'

type Schema = {
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}
type Content = { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
type Operation = {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

const file = new URL('published.txt', import.meta.url)
const major = Number(version.split('.')[0])

let present: string
beforeAll(async () => {
  const app = await startApp()
  present = describeContract(await readOpenApi<Document>(app))
  await app.close()
})

/** A line each for a code, what a route needs, the fields that a success gives and the codes that an error answers. */
function describeContract({ paths }: Document): string {
  const codes = errorCodes.map((code) => `code ${code} ${catalogue[code].status}`)
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) =>
      describeOperation(`${method.toUpperCase()} ${path}`, operation),
    ),
  )
  return [`major ${major}`, ...codes.sort(), ...routes.sort(), ''].join('\n')
}

function describeOperation(name: string, { parameters = [], requestBody, responses }: Operation): string[] {
  const query = parameters.flatMap((one) => (one.in === 'query' && one.required ? [`?${one.name}`] : []))
  const needs = [...query, ...schemasOf(requestBody).flatMap(({ required = [] }) => required)]
  const answers = Object.entries(responses).map(([status, response]) => {
    const codes = codesOf(response as Parameters<typeof codesOf>[0])
    const fields = new Set(schemasOf(response).flatMap((schema) => fieldsOf(schema)))
    return codes.length > 0 ? [name, status, 'answers', ...codes] : [name, status, 'gives', ...[...fields].sort()]
  })
  return [[name, 'needs', ...needs.sort()], ...answers].map((words) => words.join(' '))
}

const schemasOf = (content: Content | undefined): Schema[] =>
  Object.values(content?.content ?? {}).flatMap(({ schema }) => schema ?? [])

/** `sessions[].id`, at any depth. */
const fieldsOf = ({ properties = {}, items, anyOf = [] }: Schema, prefix = ''): string[] => [
  ...Object.entries(properties).flatMap(([name, schema]) => [
    `${prefix}${name}`,
    ...fieldsOf(schema, `${prefix}${name}${schema.items ? '[]' : ''}.`),
  ]),
  ...(items ? fieldsOf(items, prefix) : []),
  ...anyOf.flatMap((schema) => fieldsOf(schema, prefix)),
]

const subjectOf = (line: string): string =>
  /^(?:code \S+|\w+ \S+ (?:needs|\d+ (?:gives|answers)))/.exec(line)?.[0] ?? line

/** What a client of `before` could rely on and cannot of `after`: anything gone, anything more to send to a known route. */
function breaksBetween(before: string, after: string): string[] {
  const factsOf = (text: string): Set<string> =>
    new Set(
      text.split('\n').flatMap((line) => {
        const subject = subjectOf(line)
        const items = line.slice(subject.length).trim().split(' ')
        return [subject, ...items.filter(Boolean).map((item) => `${subject} ${item}`)]
      }),
    )
  const isNeed = (fact: string) => / needs \S/.test(fact)
  const [old, now] = [factsOf(before), factsOf(after)]
  const gone = [...old.difference(now)].filter((fact) => !isNeed(fact) && !/^major /.test(fact))
  const demanded = [...now.difference(old)].filter((fact) => isNeed(fact) && old.has(subjectOf(fact)))
  return [...gone.map((fact) => `gone: ${fact}`), ...demanded.map((fact) => `new: ${fact}`)]
}

test('what is published stays until the next major version', () => {
  const published = readFileSync(file, { encoding: 'utf8', flag: process.env.UPDATE ? 'a+' : 'r' })
  const publishedMajor = Number(/^major (\d+)$/m.exec(published)?.[1] ?? -1)
  if (major <= publishedMajor) expect(breaksBetween(published, present)).toEqual([])
  if (process.env.UPDATE) writeFileSync(file, present)
  else expect(published, 'npm run write adds what is new').toBe(present)
})

const before = `major 1
code a:b 400
POST /x needs email
POST /x 200 gives id list[].id
POST /x 400 answers a:b a:c`

test.each([
  ['nothing', '', '', []],
  ['a new code', 'code a:b 400', 'code a:b 400\ncode a:d 400', []],
  ['a new route, whatever it needs', 'code a:b 400', 'code a:b 400\nGET /y needs ?query\nGET /y 204 gives', []],
  ['a new field of an answer', 'gives id', 'gives email id', []],
  ['a field that need no longer be sent', 'needs email', 'needs', []],
  ['another status of a code', 'code a:b 400', 'code a:b 409', ['gone: code a:b 400']],
  ['a route that answers a code no more', 'a:b a:c', 'a:c', ['gone: POST /x 400 answers a:b']],
  ['a field that is given no more', 'list[].id', 'list[].name', ['gone: POST /x 200 gives list[].id']],
  ['a field more to send', 'needs email', 'needs email name', ['new: POST /x needs name']],
  [
    'another status of a success',
    '200 gives id list[].id',
    '201 gives id list[].id',
    ['gone: POST /x 200 gives', 'gone: POST /x 200 gives id', 'gone: POST /x 200 gives list[].id'],
  ],
])('a break or none: %s', (_name, from, to, breaks) => {
  expect(breaksBetween(before, before.replace(from, to))).toEqual(breaks)
})
