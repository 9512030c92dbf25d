import { and, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import { addressDigest } from '../accounts/address-digest.ts'
import type { Keyring } from '../crypto/keyring.ts'
import type { Database } from '../db/database.ts'
import { refusals } from '../db/schema/refusals.ts'
import { users } from '../db/schema/users.ts'
import { catalogue } from '../errors/catalogue.ts'
import type { ErrorRow } from '../errors/table.ts'
import { networksOf } from '../http/client-address.ts'
import { emailKey } from '../text/email.ts'

export type Wanted = {
  readonly requestId?: string | undefined
  readonly email?: string | undefined
  readonly code?: string | undefined
  /** An address; the rows of its network are found. */
  readonly address?: string | undefined
}

export type FoundRefusal = ReturnType<typeof present>

const mostShown = 100

/** The latest refusals of the last seven days, newest first. */
export async function findRefusals(db: Database, keyring: Keyring, wanted: Wanted): Promise<FoundRefusal[]> {
  const { requestId, email, code, address } = wanted
  const rows = await db
    .select()
    .from(refusals)
    .where(
      and(
        requestId === undefined ? undefined : eq(refusals.requestId, requestId),
        email === undefined ? undefined : isOf(keyring, emailKey(email)),
        code === undefined ? undefined : eq(refusals.code, code),
        address === undefined ? undefined : eq(refusals.network, networksOf(address).primary),
      ),
    )
    .orderBy(desc(refusals.refusedAt), desc(refusals.id))
    .limit(mostShown)
  return rows.map(present)
}

/** Of the account, and of its address before there was one. */
const isOf = (keyring: Keyring, key: string): SQL | undefined =>
  or(
    sql`${refusals.userId} = (select ${users.id} from ${users} where ${users.emailKey} = ${key})`,
    eq(refusals.addressDigest, addressDigest(keyring, key)),
  )

function present({
  requestId,
  method,
  route,
  code,
  userId,
  network,
  contract,
  refusedAt,
}: typeof refusals.$inferSelect) {
  // A later version may have known codes that this one does not.
  const { status, meaning, advice }: Partial<ErrorRow> =
    code in catalogue ? catalogue[code as keyof typeof catalogue] : {}
  return {
    at: refusedAt,
    request_id: requestId,
    method,
    route,
    code,
    status: status ?? null,
    user_id: userId,
    network,
    contract,
    meaning: meaning ?? null,
    advice: advice ?? null,
  }
}

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
    .flatMap(({ at, method, route, code, network, request_id: id, user_id: user, meaning, advice }) => {
      const line = [
        at.toISOString(),
        `${method} ${route}`,
        code,
        `from ${network}`,
        user && `account ${user}`,
        `request ${id}`,
      ]
      const isNew = !advised.has(code)
      advised.add(code)
      return [line.filter(Boolean).join('  '), ...(isNew && meaning ? [`    ${meaning}`, `    ${advice}`] : [])]
    })
    .join('\n')
}
