import { PassThrough } from 'node:stream'
import { shownMetadata } from '../accounts/history.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { isUuid } from '../http/validation.ts'
import type { AccountEvent, EventHub, Listener } from './hub.ts'

const commentEveryMs = 15_000
/** Bounds what a client may leave unread. */
const mostBufferedBytes = 64 * 1024
const lingerMs = 5000
/** How long a browser waits before it reconnects. */
const retryMs = 2000

export function eventRoutes(app: App, { eventHub }: Deps): void {
  const fault = faults('rate_limit:exceeded')
  // No stream may stay open while the server closes; clients reconnect to another server.
  app.addHook('preClose', async () => eventHub.close())
  app.route({
    method: 'GET',
    url: '/v0/events',
    config: { access: 'session', codes: fault.codes, produces: 'text/event-stream' },
    schema: {
      operationId: 'streamEvents',
      summary: 'Stream the account’s events as they happen (server-sent events); resumes by Last-Event-ID',
      tags: ['account'],
    },
    handler: async (request, reply) => {
      const { user, sessionId } = signedInUser(request)
      const lastEventId = lastEventIdOf(request.headers['last-event-id'])
      const stream = openStream()
      const isJoined = await join(eventHub, stream, { userId: user.id, sessionId }, lastEventId)
      if (!isJoined) {
        throw fault('rate_limit:exceeded', {
          retryAfterSeconds: 10,
          details: 'An account may have at most five streams.',
        })
      }
      return reply.headers({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }).send(stream.readable)
    },
  })
}

/** Gives `unknown` if the id in the header cannot be that of an event. Returns undefined if there is no header. */
function lastEventIdOf(header: string | string[] | undefined): 'unknown' | string | undefined {
  if (header === undefined || header === '') return undefined
  return typeof header === 'string' && isUuid(header) ? header : 'unknown'
}

type Stream = ReturnType<typeof openStream>

function openStream() {
  const readable = new PassThrough({ highWaterMark: mostBufferedBytes })
  const timer = setInterval(() => readable.writable && readable.write(': still here\n\n'), commentEveryMs)
  readable.once('close', () => clearInterval(timer))
  readable.write(`retry: ${retryMs}\n\n`)
  // Ignores an event that was still being read when the stream ended.
  return { readable, write: (text: string): boolean => readable.writable && readable.write(text) }
}

/** Says whether the account may have one more stream. */
async function join(
  eventHub: EventHub,
  { readable, write }: Stream,
  who: Pick<Listener, 'userId' | 'sessionId'>,
  lastEventId: string | undefined,
): Promise<boolean> {
  const listener: Listener = {
    ...who,
    deliver: (event) => write(asText(event)),
    end: () => {
      readable.end()
      // Cuts off a client that does not read the rest.
      setTimeout(() => readable.destroy(), lingerMs).unref()
    },
  }
  try {
    const outcome = await eventHub.listen(listener, lastEventId === 'unknown' ? undefined : lastEventId)
    if (outcome === 'too many') {
      readable.destroy()
      return false
    }
    // Leaves when the connection closes, also if it was lost before anything was sent.
    readable.once('close', outcome.leave)
    if (lastEventId !== undefined && !outcome.isResumed) write('event: reset\ndata: {}\n\n')
    return true
  } catch (error) {
    readable.destroy()
    throw error
  }
}

function asText({ id, type, createdAt, metadata }: AccountEvent): string {
  const data = {
    id,
    type,
    created_at: createdAt.toISOString(),
    ...(metadata !== null && { metadata: shownMetadata(metadata) }),
  }
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
