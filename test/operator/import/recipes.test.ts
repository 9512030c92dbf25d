import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importOptions } from '../../../src/operator/import/command.ts'
import { formats } from '../../../src/operator/import/formats.ts'
import { useApp } from '../../support/app.ts'
import { exportFile, importHere } from './support.ts'

const page = readFileSync(new URL('../../../docs/import.md', import.meta.url), 'utf8')
const commands = [...page.matchAll(/^ {4}npm run admin -- import-accounts (--from (?!SYSTEM).*)$/gm)].map(
  ([, line = '']) => line,
)

const app = useApp()

const read = (command: string) =>
  parseArgs({ args: command.split(' '), options: importOptions, allowPositionals: true })

test('docs/import.md has a recipe for every system that --from takes, and names it in its table', () => {
  const systems = Object.keys(formats).toSorted()
  expect(commands.map((command) => read(command).values.from).toSorted()).toEqual(systems)
  expect([...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name).toSorted()).toEqual(systems)
})

describe('the recipe', () => {
  test.each(commands)('%s imports an export of that system [FD25]', async (command) => {
    const { values, positionals } = read(command)
    const files = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, name === 'from' ? value : exportFile(String(value))]),
    )
    const { tally } = await importHere(app, exportFile(positionals[0] ?? ''), { ...files, 'dry-run': true })
    expect(tally.accepted).toBeGreaterThan(0)
    // Whoever follows it gets passwords over, but from Cognito, which gives none away.
    expect(tally.withHash > 0).toBe(values.from !== 'cognito')
  })

  test('of WordPress names the columns that are read', () => {
    const fields = /--fields=(\S+)/.exec(page)?.[1]?.split(',') ?? []
    const [header = ''] = readFileSync(exportFile('wordpress.csv'), 'utf8').split('\n')
    expect(header.split(',')).toEqual(expect.arrayContaining(fields))
    expect(fields).toEqual(
      expect.arrayContaining(['user_login', 'user_pass', 'user_email', 'user_registered', 'display_name']),
    )
  })
})

/** The tables that a query reads, with those of their columns that it names, and one account. */
const databases = {
  'better-auth': `
    create table "user" (id text, name text, email text, "emailVerified" boolean, "createdAt" timestamptz);
    create table account (id text, "userId" text, "providerId" text, password text);
    insert into "user" values ('u1', 'Ada', 'ada@sql.example', true, now());
    insert into account values ('a1', 'u1', 'credential', $hash$)`,
  kratos: `
    create table identities (id int, traits jsonb, state text, created_at timestamp);
    create table identity_credential_types (id int, name text);
    create table identity_credentials (id int, identity_id int, identity_credential_type_id int, config jsonb);
    create table identity_verifiable_addresses (identity_id int, value text, verified boolean, via text);
    insert into identities values (1, '{"email": "ada@sql.example", "username": "ada_sql"}', 'active', now());
    insert into identity_credential_types values (1, 'password'), (2, 'totp');
    insert into identity_credentials values (1, 1, 1, jsonb_build_object('hashed_password', $hash$)), (2, 1, 2, '{"totp_url": "no"}');
    insert into identity_verifiable_addresses values (1, 'ada@sql.example', true, 'email')`,
  supabase: `
    create schema if not exists auth;
    create table auth.users (id uuid, email text, encrypted_password text, email_confirmed_at timestamptz,
      raw_user_meta_data jsonb, created_at timestamptz, banned_until timestamptz, is_anonymous boolean);
    insert into auth.users values (gen_random_uuid(), 'ada@sql.example', $hash$, now(), '{"name": "Ada"}', now(), null, false)`,
  discourse: `
    create table users (id int, username text, name text, active boolean, staged boolean, suspended_till timestamp, created_at timestamp);
    create table user_emails (user_id int, email text, "primary" boolean);
    create table user_passwords (user_id int, password_hash text, password_salt text, password_algorithm text);
    insert into users values (1, 'ada_sql', 'Ada', true, false, null, now()), (-1, 'system', 'system', true, false, null, now());
    insert into user_emails values (1, 'ada@sql.example', true), (1, 'second@sql.example', false), (-1, 'no@sql.example', true);
    insert into user_passwords values (1, repeat('ab', 32), repeat('cd', 16), '$pbkdf2-sha256$i=600000,l=32$')`,
} as const

describe('the query of the recipe', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'postern-recipes-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  /** In a shell's double quotes; a copy gives the same rows as what it copies. */
  function queryOf(system: string): string {
    const [, recipe = ''] = new RegExp(`\\n    psql [^\\n]*-c "((?:[^"\\\\]|\\\\.)*)" > ${system}\\.`).exec(page) ?? []
    return recipe.replaceAll('\\"', '"').replace(/^copy \((.*)\) to stdout with csv header$/s, '$1')
  }

  test.each(Object.entries(databases))('of %s reads its tables [FD25]', async (system, tables) => {
    const client = new pg.Client({ connectionString: app.config.databaseUrl })
    await client.connect()
    try {
      await client.query('create schema recipe; set search_path to recipe')
      await client.query(tables.replaceAll('$hash$', `'$2b$10$${'a'.repeat(53)}'`))
      const { rows } = await client.query<Record<string, unknown>>(queryOf(system))
      const [only] = Object.values(rows[0] ?? {})
      const isDocument = Object.keys(rows[0] ?? {}).length === 1
      const file = join(dir, `${system}.json`)
      writeFileSync(file, isDocument ? JSON.stringify(only) : rows.map((row) => JSON.stringify(row)).join('\n'))
      const { tally } = await importHere(app, file, { from: system, 'dry-run': true })
      expect(tally).toMatchObject({ accepted: 1, withHash: 1, refused: 0 })
    } finally {
      await client.query('drop schema if exists recipe cascade; drop schema if exists auth cascade')
      await client.end()
    }
  })
})
