import {
  type CodeOf,
  createClient,
  type DataOf,
  type ErrorOf,
  type InitOf,
  isOurSide,
  memoryTokens,
  type PathOf,
} from '../../src/client/client.ts'

// Compiled by `tsc --noEmit`, never run: each expected error is a mistake that the compiler must catch.

const client = createClient({ baseUrl: 'https://auth.example.com' })

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>() => undefined

/** Exactly what `/openapi.json` says of this route, which declares few. */
holds<
  Equal<
    CodeOf<'GET', '/v0/auth/oauth/providers'>,
    'general:invalid_ip_address' | 'rate_limit:exceeded' | 'system:database_error' | 'system:internal_error'
  >
>()
holds<Equal<DataOf<'POST', '/v0/auth/forgot-password'>, undefined>>()
holds<Equal<DataOf<'POST', '/v0/app/auth/device/verify'>, { token: string; device_token: string }>>()
holds<Equal<DataOf<'GET', '/v0/files/{name}'>, Blob>>()
holds<
  Equal<
    PathOf<'PATCH'>,
    '/v0/admin/oauth/providers/{slug}' | '/v0/admin/users/{id}' | '/v0/auth/passkeys/{id}' | '/v0/user/me'
  >
>()
/** The status tells them apart on the wire, the fields in the types. */
holds<
  Equal<
    DataOf<'POST', '/v0/auth/login'>,
    | { temp_token: string; methods: readonly ('totp' | 'backup_code' | 'passkey')[] }
    | { status: 'device_verification_required'; code_token?: string; expires_at?: string; resend_at?: string }
    | undefined
  >
>()

/** By the operation's name it is the same. */
holds<Equal<PathOf<'signIn'>, '/v0/auth/login'>>()
holds<Equal<CodeOf<'listProviders'>, CodeOf<'GET', '/v0/auth/oauth/providers'>>>()
holds<Equal<DataOf<'signIn'>, DataOf<'POST', '/v0/auth/login'>>>()
holds<Equal<ErrorOf<'signIn'>, ErrorOf<'POST', '/v0/auth/login'>>>()
holds<Equal<InitOf<'signIn'>, InitOf<'POST', '/v0/auth/login'>>>()
holds<Equal<InitOf<'getFile'>, InitOf<'GET', '/v0/files/{name}'>>>()

/** Of several, of whatever methods, those of each. */
holds<
  Equal<CodeOf<'getSession' | 'endSession' | 'signIn'>, CodeOf<'getSession'> | CodeOf<'endSession'> | CodeOf<'signIn'>>
>()
holds<Equal<DataOf<'getSession' | 'getMe'>, DataOf<'getSession'> | DataOf<'getMe'>>>()

export function exhaustive(error: ErrorOf<'GET', '/v0/auth/oauth/providers'>): string {
  switch (error.code) {
    case 'rate_limit:exceeded':
      return `again in ${error.retryAfterSeconds} s`
    case 'general:invalid_ip_address':
    case 'system:database_error':
    case 'system:internal_error':
      return `${error.status}`
    case 'client:unknown_code':
      return error.wireCode
    case 'client:unreadable_answer':
      return error.text
    case 'client:unreachable':
      return String(error.cause)
    case 'client:timeout':
    case 'client:aborted':
      return error.from
  }
}

// @ts-expect-error system:database_error is not handled, so the function may end without a value
export function incomplete(error: ErrorOf<'GET', '/v0/auth/oauth/providers'>): string {
  if (error.from === 'client') return error.code
  switch (error.code) {
    case 'rate_limit:exceeded':
    case 'general:invalid_ip_address':
    case 'system:internal_error':
      return ''
  }
}

// @ts-expect-error what only the client can say is not handled
export function serverOnly(error: ErrorOf<'GET', '/v0/auth/oauth/providers'>): string {
  switch (error.code) {
    case 'rate_limit:exceeded':
    case 'general:invalid_ip_address':
    case 'system:database_error':
    case 'system:internal_error':
      return ''
  }
}

/** The client's own set aside, the rest is the server's codes and nothing else. */
export function inTwoSteps(error: ErrorOf<'GET', '/v0/auth/oauth/providers'>): string {
  if (error.from === 'client') return 'try again later'
  switch (error.code) {
    case 'rate_limit:exceeded':
    case 'general:invalid_ip_address':
    case 'system:database_error':
    case 'system:internal_error':
      return ''
    default:
      return error satisfies never
  }
}

/** Our side set aside [FD84], a switch names what the form has something to say about, and the compiler what is forgotten. */
export function ofTheForm(error: ErrorOf<'POST', '/v0/auth/forgot-password'>): string {
  if (isOurSide(error)) return 'retryAfterSeconds' in error ? `again in ${error.retryAfterSeconds} s` : error.code
  const { code } = error
  switch (code) {
    case 'general:validation_error':
    case 'general:bad_request':
      return error.fields?.[0]?.path ?? ''
    case 'FILE_TOO_LARGE':
    case 'FORBIDDEN':
    case 'turnstile:token_missing':
    case 'turnstile:verification_failed':
      return code
    default:
      return code satisfies never
  }
}

export function forgotten(error: ErrorOf<'POST', '/v0/auth/forgot-password'>): string {
  if (isOurSide(error)) return error.code
  const { code } = error
  switch (code) {
    case 'general:validation_error':
    case 'general:bad_request':
    case 'FORBIDDEN':
    case 'turnstile:token_missing':
    case 'turnstile:verification_failed':
      return code
    default:
      // @ts-expect-error FILE_TOO_LARGE is not handled, and the message says so
      return code satisfies never
  }
}

export function ours(error: ErrorOf<'POST', '/v0/auth/login'>): void {
  if (isOurSide(error)) {
    // @ts-expect-error a wrong password is nobody's outage
    error.code satisfies never | 'auth:invalid_credentials'
    return
  }
  // @ts-expect-error and a wait is nothing that a form mends
  if (error.code === 'rate_limit:exceeded') return
  // @ts-expect-error nor is what only the client says
  if (error.code === 'client:timeout') return
  holds<Equal<Extract<typeof error.code, 'user:not_verified' | 'system:internal_error'>, 'user:not_verified'>>()
}

export function foreign(error: ErrorOf<'GET', '/v0/auth/oauth/providers'>): boolean {
  // @ts-expect-error another route's code
  return error.code === 'auth:invalid_credentials'
}

export async function calls(): Promise<void> {
  const { data, error } = await client.GET('/v0/user/me')
  // @ts-expect-error there may be an error instead
  data.email
  if (error) {
    // @ts-expect-error then there is no data
    data.email
    return
  }
  data.email satisfies string
  // @ts-expect-error not a field of the answer
  data.password

  await client.DELETE('/v0/auth/sessions/{management_id}', { params: { path: { management_id: 'id' } } })
  await client.POST('/v0/user/me/profile-image', { body: new FormData(), signal: new AbortController().signal })
  await client.POST('/v0/auth/login', {
    body: { email: 'ada@example.com', password: 'x' },
    headers: { 'X-Turnstile-Token': 'token' },
  })

  // @ts-expect-error no such path
  await client.GET('/v0/user/you')
  // @ts-expect-error not with this method
  await client.GET('/v0/auth/login')
  // @ts-expect-error no body
  await client.POST('/v0/auth/login')
  // @ts-expect-error a field is missing
  await client.POST('/v0/auth/login', { body: { email: 'ada@example.com' } })
  // @ts-expect-error no such field
  await client.POST('/v0/auth/login', { body: { email: 'ada@example.com', password: 'x', passwort: 'x' } })
  // @ts-expect-error no path parameter
  await client.DELETE('/v0/auth/sessions/{management_id}')
  // @ts-expect-error this route takes no body
  await client.POST('/v0/auth/logout', { body: {} })
  // @ts-expect-error one of two words
  await client.GET('/v0/moderation/logs', { params: { query: { cursor_direction: 'Sideways' } } })
}

export async function namedCalls(): Promise<void> {
  const { data, error } = await client.getMe()
  // @ts-expect-error there may be an error instead
  data.email
  if (error) {
    error satisfies ErrorOf<'GET', '/v0/user/me'>
    return
  }
  data.email satisfies string

  await client.signIn({ body: { email: 'ada@example.com', password: 'x' }, timeoutMs: 1 })
  await client.signOut({ signal: new AbortController().signal })
  await client.endSession({ params: { path: { management_id: 'id' } } })

  // @ts-expect-error no such operation
  await client.logIn({ body: { email: 'ada@example.com', password: 'x' } })
  // @ts-expect-error no body
  await client.signIn()
  // @ts-expect-error a field is missing
  await client.signIn({ body: { email: 'ada@example.com' } })
  // @ts-expect-error no path parameter
  await client.endSession()
  // @ts-expect-error this operation takes no body
  await client.signOut({ body: {} })
}

// @ts-expect-error another operation's code
export const foreignByName: CodeOf<'listProviders'> = 'auth:invalid_credentials'

export const inBearerMode = createClient({
  baseUrl: '',
  mode: 'bearer',
  tokens: memoryTokens({ sessionToken: 'pst_' }),
})

// @ts-expect-error a browser's cookies are out of the script's reach
export const inCookieMode = createClient({ baseUrl: '', tokens: memoryTokens() })
