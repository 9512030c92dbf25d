import { inConsole, withConsoleAlone } from '../admin/support.ts'
import { giveRole, somebody } from '../moderation/support.ts'
import type { TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'

export const enterUrl = '/v0/auth/impersonation'
export const listUrl = '/v0/admin/impersonations'
export const startUrl = (userId: string) => `/v0/admin/users/${userId}/impersonation`

export const reason = 'ticket 4711'

const tokenOf = ({ body }: Answer): string => String(body.url).replace(/^.*#token=/, '')

/** An administrator in the console, and the account of somebody. */
export async function atWork(app: TestApp, role?: 'mod') {
  const [admin, target] = [await inConsole(app), await somebody(app)]
  if (role) await giveRole(app, target.id, role)
  return { admin, console: withConsoleAlone(app, admin), target }
}

export async function startedBy(console: TestClient, userId: string, more: object = {}) {
  const answer = await console.post(startUrl(userId), { reason, ...more })
  if (answer.status !== 201) throw new Error(`the impersonation was answered ${answer.status} ${answer.code}`)
  return { id: String(answer.body.id), token: tokenOf(answer) }
}

/** The administrator's other browser, in the account. */
export async function entered(app: TestApp, token: string): Promise<TestClient> {
  const browser = app.client()
  const answer = await browser.post(enterUrl, { token })
  if (answer.status !== 204) throw new Error(`the link was answered ${answer.status} ${answer.code}`)
  return browser
}

/** All of that. */
export async function impersonating(app: TestApp, more: object = {}, role?: 'mod') {
  const work = await atWork(app, role)
  const { id, token } = await startedBy(work.console, work.target.id, more)
  return { ...work, id, token, browser: await entered(app, token) }
}

export const eventsOf = (app: TestApp, userId: string) =>
  app.sql<{ id: string; type: string; metadata: Record<string, string>; ip_address: string | null }>(
    "select * from security_events where user_id = $1 and type like 'impersonation%' order by created_at",
    [userId],
  )
