import { codesOf } from '../../src/client/codes.ts'
import { createTestingClient, testingFetch } from '../../src/client/testing.ts'

// Compiled by `tsc --noEmit`, never run: each expected error is a mistake that the compiler must catch [EL7].

const auth = createTestingClient({ baseUrl: 'https://auth.example.com' })

export function forced(): void {
  auth.force('POST', '/v0/auth/login', 'user:banned', { times: 1 }) satisfies () => void
  auth.force('GET', '/v0/auth/session', 'system:database_error', { phase: 'after', answer: 'drop', delay: 10 })
  // @ts-expect-error another route's code
  auth.force('POST', '/v0/auth/login', 'totp:already_enabled')
  // @ts-expect-error no code at all
  auth.force('POST', '/v0/auth/login', 'user:is_a_teapot')
  // @ts-expect-error what only the client says is no server's to answer
  auth.force('POST', '/v0/auth/login', 'client:timeout')
  // @ts-expect-error not with this method
  auth.force('GET', '/v0/auth/login', 'user:banned')
  // @ts-expect-error no such path
  auth.force('POST', '/v0/auth/log-in', 'user:banned')
  // @ts-expect-error no such phase
  auth.force('POST', '/v0/auth/login', 'user:banned', { phase: 'during' })
}

export function forcedByName(): void {
  auth.force('signIn', 'user:banned', { times: 1 }) satisfies () => void
  // @ts-expect-error another operation's code
  auth.force('signIn', 'totp:already_enabled')
  // @ts-expect-error no such operation
  auth.force('logIn', 'user:banned')
  for (const code of codesOf('signIn')) auth.force('POST', '/v0/auth/login', code)
  // @ts-expect-error codes of another operation
  for (const code of codesOf('enableTotp')) auth.force('signIn', code)
}

export function looped(): void {
  for (const code of codesOf('POST', '/v0/auth/login')) auth.force('POST', '/v0/auth/login', code)
  // @ts-expect-error codes of another route
  for (const code of codesOf('POST', '/v0/auth/totp/enable')) auth.force('POST', '/v0/auth/login', code)
}

/** It is a client as ever. */
auth.GET('/v0/auth/session') satisfies Promise<unknown>

export const standIns = [
  testingFetch({ GET: { '/v0/auth/session': { session: null } }, POST: { '/v0/auth/logout': undefined } }),
  testingFetch({ getSession: { session: null }, signOut: undefined }),
  // @ts-expect-error not what the operation gives
  testingFetch({ getSession: { user: null } }),
  // @ts-expect-error not what the route gives
  testingFetch({ GET: { '/v0/auth/session': { user: null } } }),
  // @ts-expect-error no such path
  testingFetch({ GET: { '/v0/auth/sessio': { session: null } } }),
]
