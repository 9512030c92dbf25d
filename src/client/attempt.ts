import type { AnyAnswer, CallOptions, Method } from './calls.ts'
import { type ClientError, readJson, readRefusal } from './errors.ts'
import { abortWith } from './wait.ts'
import { type Destination, writeRequest } from './write-request.ts'

export type Init = CallOptions & { readonly params?: object; readonly body?: unknown }

export type Sender = Destination & { readonly fetch: (request: Request) => Promise<Response> }

/** Sends a call once. */
export async function attempt(
  sender: Sender,
  route: { readonly method: Method; readonly path: string },
  { signal, timeoutMs, ...init }: Init,
): Promise<AnyAnswer> {
  const call = new AbortController()
  const timer = setTimeout(() => call.abort(), timeoutMs)
  const release = abortWith(signal, call)
  try {
    const response = await sender.fetch(writeRequest(sender, route, { ...init, signal: call.signal }))
    if (response.ok) return await readSuccess(response, signal)
    return { error: readRefusal(route, response, await response.text()), response }
  } catch (cause) {
    const failed = (code: 'client:timeout' | 'client:aborted'): AnyAnswer => ({ error: { from: 'client', code } })
    if (signal?.aborted) return failed('client:aborted')
    return call.signal.aborted
      ? failed('client:timeout')
      : { error: { from: 'client', code: 'client:unreachable', cause } }
  } finally {
    clearTimeout(timer)
    release()
  }
}

async function readSuccess(response: Response, signal: AbortSignal | undefined): Promise<AnyAnswer> {
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream')) return { data: heldStream(response, signal), response }
  if (type.startsWith('image/')) return { data: await response.blob(), response }
  const text = await response.text()
  const data = readJson(text)
  if (data !== undefined || text === '') return { data, response }
  const error: ClientError = { from: 'client', code: 'client:unreadable_answer', status: response.status, text }
  return { error, response }
}

/** Pipes the stream on at once: Node cancels a stream that nothing reads yet once its response is garbage-collected. */
const heldStream = ({ body }: Response, signal: AbortSignal | undefined) =>
  body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), signal && { signal })
