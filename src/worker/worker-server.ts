import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { KeyringError } from '../crypto/keyring.ts'
import { createInnerServer } from '../http/inner-server.ts'
import { type DeliverDeps, type DeliveryOutcome, deliverMail } from '../mail/deliver.ts'
import type { SmtpSender } from '../mail/smtp.ts'
import { inTrace, type Tracing } from '../tracing/tracing.ts'
import { type FairTurns, NoTurnError } from '../waiting/fair-turns.ts'

type Options = {
  readonly host: string
  readonly port: number
  readonly secret: string
  readonly tracing?: Tracing | undefined
  /** Turns of the networks whose mails requests wait for. */
  readonly turns: FairTurns
}

export type WorkerServer = { readonly url: string; close(): Promise<void> }

const delivery = /^\/deliveries\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/**
 * The worker's whole protocol: `POST /deliveries/{id}` sends this mail now and says how it went. There are three
 * probes: two like the API's, and one of the mail server.
 */
export async function listenForDeliveries(
  deps: ServerDeps,
  { host, port, secret, tracing, turns }: Options,
): Promise<WorkerServer> {
  const asked = { deps, tracing, turns, isAuthorized: secretCheck(secret) }
  const server = createInnerServer((request, response) => {
    // A delivery has no body; whatever is sent is discarded.
    request.resume()
    answer(asked, request).then(
      ({ status, body }) => reply(response, status, body),
      () => reply(response, 500, {}),
    )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return { url: urlOf(server, host), close: () => close(server) }
}

type ServerDeps = DeliverDeps & { readonly smtp: SmtpSender }
type Reply = { readonly status: number; readonly body?: object }

type Asked = {
  readonly deps: ServerDeps
  readonly tracing: Tracing | undefined
  readonly turns: FairTurns
  readonly isAuthorized: (header: string) => boolean
}

async function answer({ deps, tracing, turns, isAuthorized }: Asked, request: IncomingMessage): Promise<Reply> {
  const { method, url = '' } = request
  if (method === 'GET' && Object.hasOwn(probes, url)) return { status: (await probes[url]?.(deps)) ? 204 : 503 }
  const mailId = method === 'POST' ? delivery.exec(url)?.[1] : undefined
  if (mailId === undefined) return { status: 404, body: {} }
  if (!isAuthorized(request.headers.authorization ?? '')) return { status: 401, body: {} }
  // A caller with the secret is the API, so its trace continues here.
  const { traceparent, 'x-postern-network': network = '' } = request.headers
  const since = performance.now()
  const outcome = await inTrace(
    tracing,
    'POST /deliveries/{id}',
    { kind: 'server', ...(typeof traceparent === 'string' && { traceparent }) },
    () =>
      inStep(
        deps.smtp,
        since,
        deliverInTurn(turns, String(network), () => deliverMail(deps, mailId, since)),
      ),
  )
  return outcome === 'delivered'
    ? { status: 200, body: { outcome } }
    : { status: 502, body: { outcome: 'failed', is_final: outcome === 'refused' } }
}

/** Without keys no mail can be read. */
function hasKeys({ keyring }: DeliverDeps): boolean {
  try {
    keyring.getSealingKey()
    return true
  } catch (error) {
    if (error instanceof KeyringError) return false
    throw error
  }
}

const probes: Readonly<Record<string, (deps: ServerDeps) => boolean | Promise<boolean>>> = {
  '/health/live': () => true,
  '/health/ready': hasKeys,
  '/health/mail': ({ smtp }) => smtp.answers(),
}

/** A delivery that gets no turn fails like one to a mail server that is too slow: the mail is kept. */
async function deliverInTurn(turns: FairTurns, network: string, deliver: () => Promise<DeliveryOutcome>) {
  try {
    return await turns(network, deliver)
  } catch (error) {
    if (error instanceof NoTurnError) return 'failed'
    throw error
  }
}

/**
 * If a mail server has room for few conversations, one is noticed by the next, which shows that somebody gets a mail.
 * With such a server all callers are answered at the same moment, half the deadline, and a mail that still waits then
 * is kept [AT1].
 */
async function inStep({ takesFew, deadlineMs }: SmtpSender, since: number, delivery: Promise<DeliveryOutcome>) {
  const step = sleep(deadlineMs / 2 - (performance.now() - since), undefined, { ref: false })
  const outcome = await Promise.race([delivery, step.then(() => (takesFew() ? 'delivered' : delivery))])
  if (takesFew()) await step
  return outcome
}

function secretCheck(secret: string): (header: string) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = digest(`Bearer ${secret}`)
  return (header) => timingSafeEqual(digest(header), expected)
}

function reply(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, { connection: 'close', ...(body && { 'content-type': 'application/json' }) })
  response.end(body && JSON.stringify(body))
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
