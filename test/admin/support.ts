import { adminWithCode, giveRole } from '../moderation/support.ts'
import type { TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'

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
