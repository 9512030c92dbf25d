import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { limits } from '../../src/guards/rate-limits.ts'
import { taggedTests } from '../support/test-titles.ts'

const root = join(import.meta.dirname, '../..')

/** What makes something that can be used up. */
const makers =
  /(?<![.\w])(?:function )?(?<maker>openDatabase|workQueue|fairQueue|fairTurns|learnedPlaces|lingeringClose|underWay|memoryRateCounter|countEvent|refusedOrigins|openBreachedPasswords|LRUCache|openLookups|openLedger|endOldest)(?:<[^(]*>)?\((?=\S)/

/** Which rows of docs/security.md say of each whose it is and what one may take; none where nobody from outside spends it. */
const rowsOf: Readonly<Record<string, readonly string[]>> = {
  'src/access-tokens/issue.ts endOldest': ['families of refresh tokens'],
  'src/credentials/resolve-access-token.ts LRUCache': ['access tokens in memory'],
  'src/ports/breached-passwords.open.ts openBreachedPasswords': ['passwords looked up among those that leaked'],
  'src/ports/breached-passwords.range.ts LRUCache': ['ranges of leaked hashes in memory'],
  'src/messages/messages.ts LRUCache': ['languages by Accept-Language in memory'],
  'src/throttling/attempts.ts countEvent': ['tries of all', 'tries at a secret'],
  // The operator's commands.
  'src/operator/command.ts openDatabase': [],
  'src/hashing/password-hasher.ts workQueue': ['hashing places and their queue'],
  // One connection of the operator's, once.
  'src/operator/doctor-database.ts openDatabase': [],
  // Of this machine's own user, outside production; the oldest make room.
  'src/dev/error-lab/rules.ts LRUCache': [],
  'src/sign-in/open-session.ts endOldest': ['sessions of an account'],
  'src/admin/open-console.ts endOldest': ['console sessions of an account'],
  'src/impersonation/start.ts endOldest': ['impersonations of an account'],
  'src/passkeys/in-turn.ts fairTurns': ['sign-ins by passkey at a time'],
  'src/db/heavy-reads.ts fairQueue': ['heavy reads', 'streams of events'],
  'src/open-deps.ts memoryRateCounter': ['windows in memory'],
  'src/open-deps.ts openDatabase': ['connections of the API to PostgreSQL'],
  'src/open-deps.ts openLedger': ['refusals that are written down'],
  'src/open-deps.ts openLookups': ['answers of providers in memory'],
  'src/guards/cross-site.ts refusedOrigins': ['lines of the log about refused origins'],
  'src/guards/refused-origins.ts refusedOrigins': ['lines of the log about refused origins'],
  'src/files/decoders.ts fairQueue': ['processes that decode pictures'],
  'src/files/read-upload.ts underWay': ['uploads and imports of pictures under way'],
  'src/http/server.ts lingeringClose': ['connections that linger after a refusal'],
  'src/throttling/changes.ts countEvent': ['changes of what opens an account'],
  'src/throttling/mails.ts countEvent': ['mails to an address', 'mails of all'],
  'src/mail/smtp.ts learnedPlaces': ['conversations that a mail server has room for'],
  'src/worker/start-worker.ts fairTurns': [
    'conversations with the mail server that requests wait for',
    'who waits for them',
  ],
  'src/worker/start-worker.ts memoryRateCounter': ['windows in memory'],
  'src/worker/start-worker.ts openDatabase': ['conversations of jobs', 'posts to webhooks'],
  'src/oauth/complete-sign-up.ts countEvent': ['sign-ups through providers that are mailed'],
  'src/throttling/hash-ticket.ts countEvent': ['hashes of an account'],
  'src/credentials/remembered.ts LRUCache': ['sessions in memory'],
  'src/credentials/sources.ts openDatabase': ['connections of the lease and the changes'],
  'src/email/change-email.ts countEvent': ['e-mail changes of an account'],
  'src/account/export-account.ts underWay': ['exports under way'],
  'src/audit/read.ts underWay': ['audits being read to their end'],
  'src/invitations/invite.ts countEvent': ['invitations of an administrator'],
  'src/accounts/tell-admins.ts countEvent': ['acts that all administrators are told of'],
}

const made = globSync('src/**/*.ts', { cwd: root }).flatMap((file) =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const { 0: match = '', groups } = makers.exec(line) ?? {}
      return groups?.maker && !match.startsWith('function ') ? [`${file} ${groups.maker}`] : []
    }),
)

/** The cells of the table's rows, by the first. */
const rows = new Map(
  (/^## Common budgets$([\s\S]*?)^## /m.exec(readFileSync(join(root, 'docs/security.md'), 'utf8'))?.[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([name = '', ...cells]) => [name, cells] as const)
    .filter(([name]) => name !== 'budget'),
)

test('every budget has its row in docs/security.md, and every row its budget', () => {
  expect([...new Set(made)].sort()).toEqual(Object.keys(rowsOf).sort())
  const ofRequests = Object.keys(limits).map((name) => `requests: ${name}`)
  expect([...rows.keys()].sort()).toEqual([...new Set([...ofRequests, ...Object.values(rowsOf).flat()])].sort())
})

test.each(Object.entries(limits))('the row of requests: %s says the limit as it is', (name, limit) => {
  expect(rows.get(`requests: ${name}`)?.[0]).toContain(`${limit.quota} in ${limit.windowSeconds} s`)
})

test('every row says who, how much and what is kept back, and names requirements that tests show', () => {
  const shown = new Set(taggedTests().flatMap(({ ids }) => ids))
  for (const [name, cells] of rows) {
    expect([name, cells.length, cells.includes('')]).toEqual([name, 5, false])
    const ids = cells.at(-1)?.split(', ') ?? []
    expect([name, ids.filter((id) => !shown.has(id))]).toEqual([name, []])
  }
})
