import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { picture } from '../files/support.ts'
import type { OpenApiDocument } from '../support/client-types.ts'
import { readOpenApi } from '../support/openapi.ts'
import { mailedToken, newPerson, signUp } from '../support/people.ts'
import { collectGarbage, fetchWithCookies, startListening } from './support.ts'

let app: Awaited<ReturnType<typeof startListening>>
beforeAll(async () => {
  app = await startListening()
})
afterAll(() => app.close())

/** Somebody's browser, signed in by the verification link. */
async function inBrowser() {
  const person = await signUp(app, newPerson())
  const client = createClient({ baseUrl: app.origin, fetch: fetchWithCookies() })
  const verified = await client.POST('/v0/auth/verify-email', { body: { token: await mailedToken(app, person.email) } })
  expect(verified.response?.status).toBe(204)
  expect(verified.data).toBeUndefined()
  expect(verified.error).toBeUndefined()
  return { person, client }
}

test('gives data, with the cookies of a browser', async () => {
  const { person, client } = await inBrowser()
  const { data, error, response } = await client.GET('/v0/user/me')
  expect(error).toBeUndefined()
  expect(data?.email).toBe(person.email)
  expect(response?.headers.get('x-request-id')).toBeTruthy()

  expect((await client.POST('/v0/auth/logout')).error).toBeUndefined()
  const after = await client.GET('/v0/user/me')
  expect(after.data).toBeUndefined()
  expect(after.error).toMatchObject({ from: 'server', code: 'user:unauthorized', status: 401 })
  expect(after.response?.status).toBe(401)
})

test('every operation by its name, to the same route', async () => {
  const { person, client } = await inBrowser()
  expect((await client.getMe()).data?.email).toBe(person.email)
  const profile = await client.getProfile({ params: { query: { handle: person.handle } } })
  expect(profile.data?.display_name).toBe(person.display_name)
  const management_id = (await client.listSessions()).data?.sessions[0]?.management_id ?? ''
  expect((await client.endSession({ params: { path: { management_id } } })).response?.status).toBe(204)
  const { email, password } = person
  expect((await client.signIn({ body: { email, password } })).data).toBeUndefined()
  const { paths } = await readOpenApi<OpenApiDocument>(app)
  const ids = Object.values(paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
  expect(ids.filter((id) => !(id in client))).toEqual([])
  expect(ids.length).toBeGreaterThan(70)
})

test('values of paths and queries stay values, whatever is in them', async () => {
  const sent: string[] = []
  const client = createClient({
    baseUrl: 'https://auth.example.com/',
    headers: { 'x-own': 'always', accept: 'application/json' },
    fetch: async (request) => {
      sent.push(request.url, String(request.headers.get('content-type')), String(request.headers.get('x-own')))
      return Response.json({})
    },
  })
  await client.getFile({ params: { path: { name: 'a/b?c#d' } }, headers: { 'x-own': 'this time' } })
  // As plain JavaScript passes what it does not have.
  await client.searchUsers({ params: { query: { query: 'ä & ö', page: undefined as unknown as string } } })
  await client.signIn({ body: { email: 'ada@example.com', password: 'x' } })
  expect(sent).toEqual([
    ...['https://auth.example.com/v0/files/a%2Fb%3Fc%23d', 'null', 'this time'],
    ...['https://auth.example.com/v0/search/users?query=%C3%A4+%26+%C3%B6', 'null', 'always'],
    ...['https://auth.example.com/v0/auth/login', 'application/json', 'always'],
  ])
})

test.each(['.', '..'])('%s leads to no other route: nothing is sent', async (name) => {
  const client = createClient({
    baseUrl: 'https://auth.example.com',
    fetch: async () => {
      throw new Error('something was sent')
    },
  })
  const { error } = await client.getFile({ params: { path: { name } } })
  expect(error).toMatchObject({
    code: 'client:unreachable',
    cause: new TypeError(`"${name}" cannot be a part of a path`),
  })
})

test('fills in paths and queries', async () => {
  const { person, client } = await inBrowser()
  const sessions = await client.GET('/v0/auth/sessions')
  expect(sessions.data?.sessions).toHaveLength(1)
  const profile = await client.GET('/v0/users/profile', { params: { query: { handle: person.handle } } })
  expect(profile.data?.display_name).toBe(person.display_name)
  const id = sessions.data?.sessions[0]?.management_id ?? ''
  const revoked = await client.DELETE('/v0/auth/sessions/{management_id}', { params: { path: { management_id: id } } })
  expect(revoked.response?.status).toBe(204)
  expect((await client.GET('/v0/auth/sessions')).error?.code).toBe('user:invalid_session')
})

test('says which fields broke which rules', async () => {
  const client = createClient({ baseUrl: app.origin })
  const { error } = await client.POST('/v0/auth/signup', { body: newPerson({ password: 'short' }) })
  expect(error).toMatchObject({
    from: 'server',
    code: 'general:validation_error',
    status: 400,
    fields: [{ path: '/password', rule: 'min_length', limit: 12 }],
  })
})

test('reads RFC 9457 too, where the caller asks for it', async () => {
  const client = createClient({ baseUrl: app.origin, headers: { accept: 'application/problem+json' } })
  const { error, response } = await client.GET('/v0/user/me')
  expect(response?.headers.get('content-type')).toBe('application/problem+json')
  expect(error).toMatchObject({ from: 'server', code: 'user:unauthorized', status: 401 })
})

test('sends pictures and gives them back as they are', async () => {
  const { client } = await inBrowser()
  const body = new FormData()
  body.set('file', new Blob([Uint8Array.from(await picture().png().toBuffer())], { type: 'image/png' }))
  const uploaded = await client.POST('/v0/user/me/profile-image', { body })
  expect(uploaded.error).toBeUndefined()
  const name = uploaded.data?.image_url.split('/').at(-1) ?? ''
  const { data } = await client.GET('/v0/files/{name}', { params: { path: { name } } })
  expect(data).toBeInstanceOf(Blob)
  expect(data?.type).toBe('image/webp')
  expect(await data?.slice(8, 12).text()).toBe('WEBP')
})

test('gives a stream of events, which outlives the time limit of a call and ends by its signal', async () => {
  const { person, client } = await inBrowser()
  const stop = new AbortController()
  const timeoutMs = 2000
  const start = Date.now()
  const { data, error } = await client.GET('/v0/events', { signal: stop.signal, timeoutMs })
  expect(error).toBeUndefined()
  await expect.poll(() => Date.now() - start, { timeout: 5000 }).toBeGreaterThan(timeoutMs)
  // Of the answer only the stream is held.
  await collectGarbage()

  const body = { current_password: person.password, new_password: `${person.password}, and more` }
  expect((await client.POST('/v0/auth/change-password', { body })).error).toBeUndefined()
  const reader = data?.getReader()
  let text = ''
  while (!text.includes('event: password_changed')) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    expect([done, text]).toEqual([false, text])
    text += new TextDecoder().decode(value)
  }
  await collectGarbage()
  stop.abort()
  await expect(reader?.read()).rejects.toThrow('aborted')
})
