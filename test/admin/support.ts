import { expect } from 'vitest'
import { adminWithCode, giveRole } from '../moderation/support.ts'
import type { TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'

export const adminCookie = '__Host-admin_id'

export async function openConsole(client: TestClient): Promise<string> {
  const { status, code } = await client.post('/v0/admin/session')
  if (status !== 204) throw new Error(`the console was answered ${status} ${code}`)
  return client.cookies.get(adminCookie) ?? ''
}

/** Somebody with a role who signed in with two factors and opened the console. */
export async function inConsole(app: TestApp, role: 'admin' | 'mod' = 'admin') {
  const own = await adminWithCode(app)
  if (role === 'mod') {
    await app.sql('delete from user_roles where user_id = $1', [own.id])
    await giveRole(app, own.id, 'mod')
  }
  return { ...own, token: await openConsole(own.client) }
}

/** A browser that has the console session and no other. */
export function withConsoleAlone(app: TestApp, { token }: { readonly token: string }): TestClient {
  const client = app.client()
  client.cookies.set(adminCookie, token)
  return client
}

export const waitForLock = ({ deps }: TestApp, waiting = 1) =>
  expect
    .poll(async () => {
      const { rows } = await deps.pool.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      )
      return rows.length
    })
    .toBe(waiting)

/** Runs `act` while the rows are locked that the statement selects, and lets them go when it has ended. */
export async function whileLocked(
  { deps }: TestApp,
  [statement, ...values]: readonly [string, ...string[]],
  act: (query: (text: string, values: string[]) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const lock = await deps.pool.connect()
  try {
    await lock.query('begin')
    await lock.query(statement, values)
    await act((text, given) => lock.query(text, given))
    await lock.query('commit')
  } finally {
    lock.release()
  }
}

/** What the request is answered if the change of the administrator's account happens while it is under way. */
export async function answeredAfter(
  app: TestApp,
  own: { readonly id: string },
  change: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  let answer: Promise<Answer> | undefined
  await whileLocked(app, ['select from users where id = $1 for update', own.id], async (query) => {
    answer = ask()
    await waitForLock(app)
    await query(change, [own.id])
  })
  if (answer === undefined) throw new Error('nothing was asked')
  return answer
}

export const lossOfRole = 'delete from user_roles where user_id = $1'
export const aBan = "update users set banned_at = now(), ban_reason = 'left' where id = $1"
