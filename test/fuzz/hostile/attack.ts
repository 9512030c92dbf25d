import fc from 'fast-check'
import type { FuzzedServer } from '../fuzzed-server.ts'
import { inLanes } from '../lanes.ts'
import { described, type Ledger } from '../ledger.ts'
import { routesOf } from '../operations.ts'
import { bytesOf, type Credentials, type HostileRequest, hostileRequest } from './requests.ts'
import { openWire, type Wire } from './wire.ts'

export type Attack = {
  readonly server: FuzzedServer
  readonly ledger: Ledger
  readonly credentials: Credentials
  readonly seed: number
  readonly isEnough: () => boolean
}

const lanes = 4
const runsARound = 250

/** Sends what no client would; throws with the smallest request that is answered outside the contract, and its seed. */
export async function attack({ server, ledger, credentials, seed, isEnough }: Attack): Promise<void> {
  const requests = hostileRequest(routesOf(server.document))
  const wires = Array.from({ length: lanes }, () => openWire(Number(new URL(server.origin).port)))
  const properties = wires.map((wire) =>
    fc.asyncProperty(requests, (request) => send(request, { wire, ledger, credentials })),
  )
  let round = 0
  const once = async (lane: number): Promise<void> => {
    const property = properties[lane]
    if (property) await fc.assert(property, { seed: seed + round++, numRuns: runsARound })
  }
  await inLanes(lanes, { isEnough, once }).finally(() => {
    for (const wire of wires) wire.close()
  })
}

type Means = { readonly wire: Wire; readonly ledger: Ledger; readonly credentials: Credentials }

const hasHeader = ({ headers }: HostileRequest, names: RegExp): boolean => headers.some(([name]) => names.test(name))

/** Whether the server may wait for more than is sent. */
const isCutOff = (request: HostileRequest): boolean =>
  /cut off|two lengths/.test(request.framing) || hasHeader(request, /^transfer-encoding$/i)

/** Whether more than this one request stands on the line. */
const leavesDoubt = (request: HostileRequest): boolean =>
  request.framing === 'longer than said' ||
  request.method === 'CONNECT' ||
  hasHeader(request, /^(?:connection|upgrade|expect|content-length)$/i)

async function send(request: HostileRequest, { wire, ledger, credentials }: Means): Promise<void> {
  const { method, target } = request
  const isCut = isCutOff(request)
  const bytes = bytesOf(request, credentials)
  const reply = await wire.exchange(bytes, { isHead: method === 'HEAD', isCut, isLast: leavesDoubt(request) })
  if (reply === undefined) {
    // Whoever hangs up need not be answered; whoever waits must be.
    if (isCut) return
    throw new Error(`no answer to ${bytes.subarray(0, 1000).toString('latin1')}`)
  }
  const byName = Object.groupBy(request.headers, ([name]) => name.toLowerCase())
  const sent = Object.fromEntries(
    Object.entries(byName).map(([name, all = []]) => [name, all.map(([, value]) => value)]),
  )
  const exchange = { method, target: target.replace(/[\s\0]/g, ''), sent, ...reply }
  const breaches = ledger.note('hostile requests', exchange)
  if (breaches.length > 0) throw new Error(`${breaches.join('\n')}\n${described(exchange)}`)
}
