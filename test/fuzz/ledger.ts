import type { Judge } from './contract-oracle.ts'
import { type Exchange, outcomeOf } from './exchange.ts'

type Part = 'account life' | 'schemathesis' | 'credentials of passkeys' | 'hostile requests'

export type Ledger = {
  /** Judges an answer and counts it; gives what it breaks of the contract. */
  note(part: Part, exchange: Exchange): readonly string[]
  readonly requests: number
  /** A summary for people. */
  report(operations: number): string
}

type Count = { requests: number; readonly operations: Set<string>; readonly triples: Set<string> }

const newCount = (): Count => ({ requests: 0, operations: new Set(), triples: new Set() })

/** All that was asked and answered, in figures. */
export function openLedger(judge: Judge): Ledger {
  const parts = new Map<Part, Count>()
  const all = newCount()
  const statuses = new Map<number, number>()
  return {
    get requests() {
      return all.requests
    },
    note: (part, exchange) => {
      const { operation, breaches } = judge(exchange)
      const own = parts.get(part) ?? newCount()
      parts.set(part, own)
      for (const count of [own, all]) {
        count.requests += 1
        if (operation === undefined) continue
        count.operations.add(operation)
        count.triples.add(`${operation} ${outcomeOf(exchange)}`)
      }
      statuses.set(exchange.status, (statuses.get(exchange.status) ?? 0) + 1)
      return breaches
    },
    report: (operations) => {
      const line = (name: string, count: Count) =>
        `${name}: ${count.requests} requests, ${count.operations.size} of ${operations} operations, ` +
        `${count.triples.size} different (operation, status, code)`
      const byStatus = [...statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${status}: ${times}`)
      return [...[...parts].map(([name, count]) => line(name, count)), line('all', all), byStatus.join(', ')].join('\n')
    },
  }
}

/** For whoever reads of a failure. */
export function described(exchange: Exchange): string {
  const { method, target, sent, headers, body } = exchange
  const head = Object.entries(sent).map(([name, value]) => `  ${name}: ${String(value)}`.slice(0, 200))
  const text = body.subarray(0, 500).toString()
  return [
    `${method} ${target}`.slice(0, 500),
    ...head,
    `-> ${outcomeOf(exchange)}`,
    JSON.stringify(headers),
    text,
  ].join('\n')
}
