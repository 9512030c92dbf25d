import type { AnyAnswer, CallOptions, Method } from './calls.ts'
import { type ClientError, readJson, readRefusal } from './errors.ts'

export type Init = CallOptions & { readonly params?: object; readonly body?: unknown }

/** openapi-fetch as it is used here: it writes the request, from path, parameters and body. */
export type Core = {
  request(method: Method, path: string, init: object): Promise<{ response: Response; error?: unknown }>
}

/** Sends a call once. */
export async function attempt(
  core: Core,
  route: { readonly method: Method; readonly path: string },
  { signal, timeoutMs, ...init }: Init,
): Promise<AnyAnswer> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  try {
    const { response, error } = await core.request(route.method, route.path, {
      ...init,
      signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      // Left unread, as the answer itself says what it is.
      parseAs: 'stream',
    })
    if (response.ok) return await readSuccess(response)
    // openapi-fetch has parsed it where it could; an empty body it leaves out.
    const text = typeof error === 'object' ? JSON.stringify(error) : String(error ?? '')
    return { error: readRefusal(route, response, text), response }
  } catch (cause) {
    const failed = (code: 'client:timeout' | 'client:aborted'): AnyAnswer => ({ error: { from: 'client', code } })
    if (signal?.aborted) return failed('client:aborted')
    return deadline.signal.aborted
      ? failed('client:timeout')
      : { error: { from: 'client', code: 'client:unreachable', cause } }
  } finally {
    clearTimeout(timer)
  }
}

async function readSuccess(response: Response): Promise<AnyAnswer> {
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream')) return { data: response.body, response }
  if (type.startsWith('image/')) return { data: await response.blob(), response }
  const text = await response.text()
  const data = readJson(text)
  if (data !== undefined || text === '') return { data, response }
  const error: ClientError = { from: 'client', code: 'client:unreadable_answer', status: response.status, text }
  return { error, response }
}
