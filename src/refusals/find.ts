import { and, desc, eq, gte, lt, or, type SQL, sql } from 'drizzle-orm'
import { addressDigest } from '../accounts/address-digest.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Database } from '../db/database.ts'
import { exactly, isAfter, type Place } from '../db/keyset.ts'
import { refusals } from '../db/schema/refusals.ts'
import { users } from '../db/schema/users.ts'
import { catalogue, type ErrorCode } from '../errors/catalogue.ts'
import { causeOf } from '../errors/whose-fault.ts'
import { networksOf } from '../http/client-address.ts'
import { emailKey } from '../text/email.ts'
import { actsThatHelp } from './helpful-acts.ts'

export type RefusalFilter = {
  readonly requestId?: string | undefined
  readonly userId?: string | undefined
  readonly email?: string | undefined
  readonly code?: ErrorCode | undefined
  /** The pattern of the route. */
  readonly route?: string | undefined
  /** An address; the rows of its network are found. */
  readonly address?: string | undefined
  readonly from?: Date | undefined
  /** Later rows are left out, and so is one of this very moment. */
  readonly to?: Date | undefined
}

type Page = { readonly limit: number; readonly after?: Place | undefined }

/** One page of what was refused in the last seven days, newest first, in one statement. */
export async function findRefusals(db: Database, keyring: Keyring, filter: RefusalFilter, { limit, after }: Page) {
  const { requestId, userId, email, code, route, address, from, to } = filter
  const rows = await db
    .select({ refusal: refusals, handle: users.handle, at: exactly(refusals.refusedAt) })
    .from(refusals)
    .leftJoin(users, eq(users.id, refusals.userId))
    .where(
      and(
        requestId === undefined ? undefined : eq(refusals.requestId, requestId),
        userId === undefined ? undefined : eq(refusals.userId, userId),
        email === undefined ? undefined : isOf(keyring, emailKey(email)),
        code === undefined ? undefined : eq(refusals.code, code),
        route === undefined ? undefined : eq(refusals.route, route),
        address === undefined ? undefined : eq(refusals.network, networksOf(address).primary),
        from && gte(refusals.refusedAt, from),
        to && lt(refusals.refusedAt, to),
        isAfter({ at: refusals.refusedAt, id: refusals.id }, after),
      ),
    )
    .orderBy(desc(refusals.refusedAt), desc(refusals.id))
    .limit(limit)
  return rows.map(({ refusal, handle, at }) => ({
    place: { at, id: refusal.id },
    refusal: present(refusal, handle),
  }))
}

/** Of the account, and of its address before there was one. */
const isOf = (keyring: Keyring, key: string): SQL | undefined =>
  or(
    sql`${refusals.userId} = (select ${users.id} from ${users} where ${users.emailKey} = ${key})`,
    eq(refusals.addressDigest, addressDigest(keyring, key)),
  )

/** A later version may have written a code that this one does not know. */
const isKnown = (code: string): code is ErrorCode => code in catalogue

/** What is kept of a refusal, and what the catalogue says of its code. */
function present(refusal: typeof refusals.$inferSelect, handle: string | null) {
  const { requestId, method, route, code, userId, network, contract, refusedAt } = refusal
  return {
    at: refusedAt.toISOString(),
    request_id: requestId,
    method,
    route,
    code,
    ...(userId !== null && { user: { id: userId, ...(handle !== null && { handle }) } }),
    network,
    ...(contract !== null && { contract }),
    ...(isKnown(code) && explain(code)),
  }
}

function explain(code: ErrorCode) {
  const { status, meaning, advice } = catalogue[code]
  return { status, cause: causeOf(code), meaning, advice, acts: [...actsThatHelp(code)] }
}

export type FoundRefusal = ReturnType<typeof present>

const mostExported = 1000

/** Those of the account, for its owner. */
export async function listRefusals(db: Database, userId: string) {
  const rows = await db
    .select()
    .from(refusals)
    .where(eq(refusals.userId, userId))
    .orderBy(desc(refusals.refusedAt), desc(refusals.id))
    .limit(mostExported)
  return rows.map(({ requestId, method, route, code, network, refusedAt }) => ({
    at: refusedAt.toISOString(),
    request_id: requestId,
    method,
    route,
    code,
    network,
  }))
}

/** A line for each; below the first of each code, what the code means and what to do. */
export function describeRefusals(found: readonly FoundRefusal[]): string {
  if (found.length === 0) return 'There are none in the last seven days.'
  const advised = new Set<string>()
  return found
    .flatMap(({ at, method, route, code, network, request_id: id, user, ...said }) => {
      const line = [at, `${method} ${route}`, code, `from ${network}`, user && `account ${user.id}`, `request ${id}`]
      const isNew = !advised.has(code)
      advised.add(code)
      return [
        line.filter(Boolean).join('  '),
        ...(isNew && said.meaning ? [`    ${said.meaning}`, `    ${said.advice}`] : []),
      ]
    })
    .join('\n')
}
