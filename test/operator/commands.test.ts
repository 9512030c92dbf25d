import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listWebhooks } from '../../src/events/webhooks.ts'
import { type Command, groups } from '../../src/operator/command.ts'
import { helpOf, overviewOf } from '../../src/operator/command-help.ts'
import { commands } from '../../src/operator/commands.ts'
import { readCall } from '../../src/operator/read-call.ts'
import { runCommand } from '../../src/operator/reply.ts'
import { somebody } from '../moderation/support.ts'
import { useApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { newPerson } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'

const app = useApp()
const dir = useFolder('commands')

describe('npm run admin', () => {
  test('--help is an overview by groups on standard output; help COMMAND and COMMAND --help say the same [FD68]', async () => {
    const overview = await runAdmin(app, ['--help'])
    expect(overview).toEqual({ code: 0, out: `${overviewOf(commands)}\n`, err: '' })
    for (const word of [
      ...groups,
      ...Object.keys(commands),
      'Exit codes: 0 done, 1 refused or failed, 2 not understood.',
    ])
      expect(overview.out).toContain(word)
    const asked = await Promise.all([
      runAdmin(app, ['help', 'users', 'create']),
      runAdmin(app, ['users', 'create', '--help']),
    ])
    const help = `${helpOf('users create', commands['users create'] as Command)}\n`
    for (const one of asked) expect(one).toEqual({ code: 0, out: help, err: '' })
    expect((await runAdmin(app, ['help', 'webhooks'])).out.match(/^Usage: /gm)).toHaveLength(3)
  })

  test.each(Object.entries(commands))('%s says how it is used, and how it ends [FD68]', (name, command) => {
    const help = helpOf(name, command)
    const { parameters = {}, options = {} } = command
    expect(help).toMatch(/^Usage: npm run admin -- /)
    for (const one of Object.keys(parameters)) expect(help).toContain(` ${one}`)
    for (const one of [...Object.keys(options), 'json', 'help']) expect(help).toMatch(new RegExp(`^  --${one}\\b`, 'm'))
    expect(help).toMatch(
      /^Exit codes\n {2}0 +done\n {2}1 +\S.*(?:\n {29}\S.*)*\n {2}2 +not understood: nothing was done$/m,
    )
    expect(help.split('\n').filter((line) => line.length > 112)).toEqual([])
  })
})

type Ways = {
  readonly done: () => Promise<readonly string[]> | readonly string[]
  /** What it says no to, where it may. */
  readonly refused?: readonly string[]
  readonly notUnderstood?: readonly string[]
}

/** How each command is called, so that it ends in every way that its help says. */
const ways: Readonly<Record<string, Ways>> = {
  users: { done: () => [] },
  'users create': {
    done: () => {
      const { email, handle } = newPerson()
      return [email, handle]
    },
    refused: ['nobody', 'somebody_1'],
  },
  invite: { done: () => [newPerson().email], refused: ['nobody'] },
  invitations: { done: () => [] },
  'invitations revoke': {
    done: async () => {
      const { email } = newPerson()
      await runAdmin(app, ['invite', email])
      const [row] = await app.sql<{ id: string }>('select id from invitations where email = $1', [email])
      return [row?.id ?? '']
    },
    refused: ['nobody'],
  },
  user: { done: async () => [(await somebody(app)).id], refused: ['nobody@example.com'], notUnderstood: ['x', 'bann'] },
  grant: {
    done: async () => [(await somebody(app)).id, 'mod'],
    refused: ['nobody@example.com', 'mod'],
    notUnderstood: ['nobody@example.com', 'king'],
  },
  revoke: {
    done: async () => [(await somebody(app, 'mod')).id, 'mod'],
    refused: ['nobody@example.com', 'mod'],
    notUnderstood: ['nobody@example.com', 'king'],
  },
  audit: { done: () => [] },
  providers: { done: () => [] },
  doctor: { done: () => [] },
  diagnose: { done: async () => [(await somebody(app)).id], refused: ['no one'] },
  overview: { done: () => [] },
  settings: { done: () => [] },
  mails: { done: () => ['waiting'] },
  'mails retry': { done: waitingMail, refused: ['nobody'] },
  'mails preview': { done: () => ['--locale=de'], refused: ['--locale=tlh'] },
  calibrate: { done: () => [] },
  'keys init': { done: () => [] },
  'keys rotate': { done: () => [] },
  migrate: { done: () => [] },
  reindex: { done: () => [] },
  'import-accounts': {
    done: () => [file('{"email":"imported@example.com","handle":"imported","display_name":"Imported"}')],
    refused: ['/nowhere'],
    notUnderstood: ['--from=nowhere', '/nowhere'],
  },
  'breached-passwords build': {
    done: () => [ranges(), join(dir, 'pwned.bin'), '--incomplete'],
    refused: ['/nowhere', join(dir, 'pwned.bin')],
    notUnderstood: ['--min-count=ten', '/nowhere', '/nowhere/pwned.bin'],
  },
  'webhooks add': { done: () => ['https://hooks.example.com/a'], refused: ['ftp://hooks.example.com'] },
  refusals: { done: () => ['--user=nobody@example.com'], notUnderstood: ['--code=no:code'] },
  'webhooks list': { done: () => [] },
  'webhooks remove': {
    done: async () => {
      const [hook] = await listWebhooks(app.deps.db)
      return [hook?.id ?? '']
    },
    refused: ['nobody'],
  },
  // Last, as its secret cannot be sealed anew.
  'providers confirm-move': { done: register, refused: ['nobody'] },
}

async function waitingMail(): Promise<string[]> {
  const [row] = await app.sql<{ id: string }>(
    `insert into mails (id, kind, payload, expires_at)
     values (gen_random_uuid(), 'message', 'sealed', now() + interval '1 hour') returning id`,
  )
  return [row?.id ?? '']
}

/** One that never moved. */
async function register(): Promise<string[]> {
  await app.sql(`insert into oauth_providers (id, slug, name, client_id, sealed_client_secret, issuer,
    authorization_endpoint, token_endpoint, token_auth, names_issuer, scopes, image_hosts)
    values (gen_random_uuid(), 'acme', 'Acme', 'x', '\\x00', 'https://acme.example', 'https://acme.example/a',
    'https://acme.example/t', 'basic', false, '{}', '{}') on conflict do nothing`)
  return ['acme']
}

function ranges(): string {
  writeFileSync(join(dir, '5BAA6.txt'), '1E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824')
  return dir
}

function file(content: string): string {
  const name = join(dir, 'accounts.jsonl')
  writeFileSync(name, content)
  return name
}

async function run(name: string, given: readonly string[]): Promise<Awaited<ReturnType<typeof runCommand>>> {
  const command = commands[name] as Command
  const call = readCall([...name.split(' '), ...given], name, command)
  if (typeof call === 'string') throw new Error(call)
  return runCommand(command, call, () => app.config)
}

describe('--json', () => {
  test('every command is called here', () =>
    expect(Object.keys(ways).toSorted()).toEqual(Object.keys(commands).toSorted()))

  test.each(Object.keys(ways))('%s prints one JSON document, and ends as its help says [FD68]', async (name) => {
    const { done, refused, notUnderstood } = ways[name] as Ways
    const answer = await run(name, [...(await done()), '--json'])
    // The doctor looks at the environment of this process.
    expect(answer).toEqual({ code: name === 'doctor' ? expect.any(Number) : 0, out: expect.stringMatching(/^[^\n]+$/) })
    expect(JSON.parse(answer.out ?? '')).toEqual(expect.anything())
    if (refused) {
      const no = await run(name, [...refused, '--json'])
      expect([no.code, JSON.parse(no.out ?? '')]).toEqual([1, { says: expect.stringMatching(/\.$/), exitCode: 1 }])
      expect(await run(name, refused)).toEqual({ code: 1, err: JSON.parse(no.out ?? '').says })
    }
    if (notUnderstood)
      expect(await run(name, [...notUnderstood, '--json'])).toEqual({
        code: 2,
        err: expect.stringContaining('There is no'),
      })
  })

  test('an import prints a line of JSON for each account that was refused, and one for all', async () => {
    const accounts = file('{"email":"nobody"}\n{"email":"second@example.com","handle":"second","display_name":"Two"}\n')
    const { code, out, err } = await runAdmin(app, ['import-accounts', '--json', accounts])
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect([code, lines]).toEqual([
      1,
      [{ at: 'line 1', refused: expect.any(String) }, expect.objectContaining({ accepted: 1, known: 0, refused: 1 })],
    ])
    expect(err).not.toContain('refused:')
  })
})
