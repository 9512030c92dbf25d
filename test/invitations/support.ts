import { somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailedToken, newPerson } from '../support/people.ts'

export const url = '/v0/admin/invitations'
export const administrator = (app: TestApp) => somebody(app, 'admin')

/** Another server with the same database, and the same person at it. */
export async function beside(app: TestApp, env: Readonly<Record<string, string>>) {
  const other = await startApp({ DATABASE_URL: app.config.databaseUrl, ...env })
  const movedTo = (from: TestClient): TestClient => {
    const client = other.client()
    for (const [name, value] of from.cookies) client.cookies.set(name, value)
    return client
  }
  return { other, movedTo }
}

type Wished = { readonly email?: string; readonly [field: string]: unknown }

export const post = (client: TestClient, { email = newPerson().email, ...more }: Wished = {}) =>
  client.post(url, { email, reason: 'a colleague', ...more })

/** An invitation, and the token that its mail has. */
export async function invited(app: TestApp, client: TestClient, wished: Wished = {}) {
  const email = wished.email ?? newPerson().email
  const answer = await post(client, { ...wished, email })
  if (answer.status !== 202) throw new Error(`the invitation was answered ${answer.status} ${answer.code}`)
  return { id: String(answer.body.id), email, token: await mailedToken(app, email) }
}

let count = 0
export const newHandle = () => `guest_${++count}`
