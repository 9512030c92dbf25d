import { randomUUIDv7 } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { and, eq } from 'drizzle-orm'
import type pg from 'pg'
import { z } from 'zod'
import type { Argon2Cost } from '../crypto/argon2.ts'
import { asForeign } from '../crypto/stored-hash.argon2.ts'
import { parseStoredHash, StoredHashError } from '../crypto/stored-hash.ts'
import { violatesUnique } from '../db/failure.ts'
import { users } from '../db/schema/users.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import { audit } from './audit.ts'
import { emailKey } from './email.ts'
import { displayName, email, handle, handleKey } from './fields.ts'
import { takeHandle } from './take-handle.ts'

const mostLineBytes = 64 * 1024

/** What a line must hold; the rules are those of a sign-up. */
const account = z.object({
  email,
  handle,
  display_name: displayName,
  password_hash: z.string().optional(),
  created_at: z.iso.datetime({ offset: true }).optional(),
})

type Account = z.infer<typeof account>

type Deps = {
  readonly pool: pg.Pool
  /** Of the server's own hashes, by which others are measured. */
  readonly hashCost: Argon2Cost
}

type Totals = { readonly accepted: number; readonly known: number; readonly refused: number }

/** Why a line is not taken; never what it held. */
class Refusal extends Error {}

/**
 * Afterwards every line that could be taken is an account with a verified address, each in a transaction of its own. One that is there
 * already is left as it is, so that the same file can be given again.
 */
export async function importAccounts(deps: Deps, file: string, report: (line: string) => void): Promise<Totals> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  let [number, accepted, known, refused] = [0, 0, 0, 0]
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
    if (text.trim() === '') continue
    try {
      if (await importLine(deps, text)) accepted++
      else known++
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refused++
      report(`line ${number} refused: ${error.message}`)
    }
  }
  return { accepted, known, refused }
}

/** Whether it made an account: `false` where that account is there already. */
function importLine({ pool, hashCost }: Deps, text: string): Promise<boolean> {
  const wish = readLine(text, hashCost)
  return transaction(pool, async (tx) => {
    if (await isThere(tx, wish)) return false
    await createAccount(tx, wish)
    return true
  })
}

function readLine(text: string, hashCost: Argon2Cost): Account {
  if (Buffer.byteLength(text) > mostLineBytes) throw new Refusal(`longer than ${mostLineBytes} bytes`)
  const found = account.safeParse(parseObject(text))
  if (!found.success) throw new Refusal(problemOf(found.error))
  const { password_hash: hash, created_at: createdAt } = found.data
  if (hash !== undefined) checkHash(hash, hashCost)
  if (createdAt !== undefined && Date.parse(createdAt) > Date.now()) throw new Refusal('created_at is in the future')
  return found.data
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // The next line says it of both.
  }
  throw new Refusal('not a JSON object')
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues
  const field = String(issue?.path[0] ?? 'it')
  const rule = issue?.code === 'custom' ? (issue.params as { rule?: string } | undefined)?.rule : undefined
  return rule === undefined ? `${field} is missing or malformed` : `${field} breaks the rule ${rule}`
}

function checkHash(hash: string, own: Argon2Cost): void {
  try {
    parseStoredHash(hash, own)
  } catch (error) {
    if (!(error instanceof StoredHashError)) throw error
    const { excess } = error
    if (excess === undefined) throw new Refusal('password_hash is none that is known')
    throw new Refusal(
      `password_hash costs too much: ${excess.times.toFixed(1)} times a hash of this server, and ${excess.most.toFixed(1)} times is the most`,
    )
  }
}

async function isThere(tx: Transaction, wish: Account): Promise<boolean> {
  const [found] = await tx
    .select({ handle: users.handle })
    .from(users)
    .where(and(eq(users.emailKey, emailKey(wish.email))))
  if (found === undefined) return false
  if (handleKey(found.handle) !== handleKey(wish.handle)) throw new Refusal('email is taken')
  return true
}

async function createAccount(tx: Transaction, wish: Account): Promise<void> {
  const id = randomUUIDv7()
  try {
    await tx.insert(users).values({
      id,
      email: wish.email,
      emailKey: emailKey(wish.email),
      handle: wish.handle,
      displayName: wish.display_name,
      passwordHash: wish.password_hash === undefined ? undefined : asForeign(wish.password_hash),
      ...(wish.created_at !== undefined && { createdAt: new Date(wish.created_at) }),
    })
  } catch (error) {
    throw violatesUnique(error, 'users_email_key_unique') ? new Refusal('email is taken') : error
  }
  if (!(await takeHandle(tx, wish.handle, id))) throw new Refusal('handle is taken')
  await audit(tx, { type: 'sign_up', userId: id, client: undefined, metadata: { imported: 'true' } })
}
