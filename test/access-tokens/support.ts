import { randomUUID } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { signedUp } from '../support/people.ts'

/** A second process of the same server. */
export const startReplica = (
  { config }: TestApp,
  env: Parameters<typeof startApp>[0] = {},
  options: Parameters<typeof startApp>[1] = {},
): Promise<TestApp> => startApp({ DATABASE_URL: config.databaseUrl, ...env }, options)

/** An account whose `client` sends its session as an app does, and whose `browser` as a cookie; the tokens are a first grant. */
export async function holder(app: TestApp) {
  const { person, client: browser } = await signedUp(app)
  const client = app.client()
  client.headers.authorization = `Bearer ${browser.cookies.get('__Host-session_id')}`
  const answer = await client.post('/v0/auth/token')
  expect(answer.status).toBe(200)
  const { access_token: accessToken, refresh_token: refreshToken } = answer.body
  return { person, browser, client, accessToken: String(accessToken), refreshToken: String(refreshToken) }
}

export const refresh = (app: TestApp, refreshToken: unknown) =>
  app.client().post('/v0/auth/token/refresh', { refresh_token: refreshToken })

export const withToken = (app: TestApp, token: string, url = '/v0/user/me') =>
  app.client().get(url, { headers: { authorization: `Bearer ${token}` } })

export function partsOf(token: string) {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { header: decode(header), claims: decode(claims), signature }
}

/** Takes the signing keys away, and leaves `content` in their files; gives the way back. */
export function takeSigningKeys(app: TestApp, content?: string): () => void {
  const files = ['signing-1.key', 'signing-2.key'].map((name) => join(app.config.keysDir, name))
  const away = `.${randomUUID()}`
  for (const file of files) {
    renameSync(file, file + away)
    if (content !== undefined) writeFileSync(file, content)
  }
  return () => {
    for (const file of files) renameSync(file + away, file)
  }
}
