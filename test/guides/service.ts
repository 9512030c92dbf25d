import { expect, vi } from 'vitest'
import { createClient, memoryTokens } from '../../src/client/client.ts'
import type { Followed } from './guide.ts'
import { mailedLink } from './mailed-link.ts'

/** Of the guide's Postern: soon enough for a test, long enough for its other questions. */
export const shortLived = { ACCESS_TOKEN_TTL_SECONDS: '10' }

const flipped = (token: string): string => {
  const [head = '', claims = '', signature = ''] = token.split('.')
  return [head, claims, (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)].join('.')
}

/** Every service of the guides has `GET /notes`, which verifies by itself, and `DELETE /notes`, which asks Postern as well. */
export async function walkService({ postern, origin }: Followed): Promise<void> {
  const tokens = memoryTokens()
  const auth = createClient({ baseUrl: postern, mode: 'bearer', tokens })
  const email = 'ada@example.com'
  await auth.signUp({ body: { email, handle: 'ada_l', display_name: 'Ada', password: 'correct horse battery' } })
  const token = new URL(await mailedLink(postern, email, 'verify-email')).searchParams.get('token') ?? ''
  await auth.verifyEmailInApp({ body: { token } })
  const { data: me } = await auth.getMe()
  const accessToken = async (): Promise<string> => (await auth.createToken()).data?.access_token ?? ''

  const ask = async (method: 'GET' | 'DELETE', authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await fetch(`${origin}/notes`, { method, headers })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers }
  }
  const refused = (code: string) => ({ status: 401, body: expect.objectContaining({ status: 401, code }) })

  expect(await ask('GET', `Bearer ${await accessToken()}`)).toMatchObject({
    status: 200,
    body: { owner: me?.id, notes: [] },
  })
  expect((await ask('DELETE', `Bearer ${await accessToken()}`)).status).toBe(204)

  const unasked = await ask('GET')
  expect(unasked).toMatchObject(refused('user:unauthorized'))
  expect(unasked.headers.get('www-authenticate')).toMatch(/^Bearer/)
  const session = (await tokens.get()).sessionToken
  const identity = await identityOf(postern, session)
  for (const wrong of [
    'nonsense',
    'a.b.c',
    session,
    identity,
    flipped(await accessToken()),
    withoutSignature(await accessToken()),
  ])
    for (const method of ['GET', 'DELETE'] as const)
      expect([wrong, await ask(method, `Bearer ${wrong}`)]).toMatchObject([wrong, refused('user:invalid_token')])

  const last = await accessToken()
  await auth.signOut()
  // Both as the guide says: the service alone does not know yet, and Postern does.
  expect((await ask('GET', `Bearer ${last}`)).status).toBe(200)
  const ended = await ask('DELETE', `Bearer ${last}`)
  expect([ended.status, ended.body.code]).toEqual([401, expect.stringMatching(/^(?:session|user):/)])
  await vi.waitFor(
    async () => expect(await ask('GET', `Bearer ${last}`)).toMatchObject(refused('user:token_expired')),
    {
      timeout: 30_000,
      interval: 200,
    },
  )
}

/** Signed by the same keys, and no access token. */
async function identityOf(postern: string, session = ''): Promise<string> {
  const headers = { authorization: `Bearer ${session}` }
  const answer = await fetch(`${postern}/v0/auth/check?identity=jwt`, { headers })
  return answer.headers.get('x-postern-identity') ?? ''
}

function withoutSignature(token: string): string {
  const [, claims = ''] = token.split('.')
  return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`
}
