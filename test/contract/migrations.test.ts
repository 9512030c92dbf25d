import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../migrations')
const [, ...later] = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .toSorted()

/** What the statements of the version before do not survive: what they name is gone, or wants what they do not give. */
const breaks: readonly RegExp[] = [
  /\bdrop (?:table|column|type|view|function|schema)\b/i,
  /\brename\b/i,
  /\balter column\b.*\b(?:type|set not null|drop default)\b/is,
  /\badd column\b(?!.*\b(?:default|generated)\b).*\bnot null\b/is,
]

const breaking = (sql: string): string[] =>
  sql.split(/;|--> statement-breakpoint/).filter((statement) => breaks.some((pattern) => pattern.test(statement)))

test.each([
  'ALTER TABLE "users" DROP COLUMN "bio"',
  'ALTER TABLE "users" RENAME COLUMN "bio" TO "about"',
  'ALTER TABLE "users" ALTER COLUMN "bio" SET DATA TYPE integer',
  'ALTER TABLE "users" ALTER COLUMN "bio" SET NOT NULL',
  'ALTER TABLE "users" ADD COLUMN "age" integer NOT NULL',
  'DROP TABLE "users"',
])('what the version before could not live with is found: %s', (statement) => {
  expect(breaking(`select 1;--> statement-breakpoint\n${statement};`)).toHaveLength(1)
})

test.each(later)('the version before can live with %s', (name) => {
  expect(breaking(readFileSync(join(folder, name), 'utf8'))).toEqual([])
})
