import { type Contract, nameOf, type Operation } from './contract.ts'

/** A difference between two contracts, for whoever was written against the first. */
export type Change = {
  /** `POST /v0/auth/login`, or a code whose status changed. */
  readonly subject: string
  /** `+ user:banned`, `- field passkeys` */
  readonly says: string
  /** Whether what worked may work no more; else it is merely new. */
  readonly breaks: boolean
  /** The code that a route has gained or lost. */
  readonly code?: string
  /** The field that its successes no longer have. */
  readonly lostField?: string
}

/** Everything that differs, in the order of the routes. Neither versions nor orders make a difference. */
export function compareContracts(before: Contract, after: Contract): Change[] {
  const [old, now] = [byName(before), byName(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(byRoute)
  return [
    ...statusChanges(before, after),
    ...names.flatMap((name) => changesOf(name, old.get(name), now.get(name), after)),
  ]
}

const byName = ({ operations }: Contract): ReadonlyMap<string, Operation> =>
  new Map(operations.map((one) => [nameOf(one), one]))

const routeOf = (name: string): string => name.slice(name.indexOf(' ') + 1)

function byRoute(a: string, b: string): number {
  const [first, second] = [`${routeOf(a)} ${a}`, `${routeOf(b)} ${b}`]
  return first < second ? -1 : Number(first > second)
}

/** A code has one status, whatever the route. */
const statusChanges = (before: Contract, after: Contract): Change[] =>
  Object.entries(before.status).flatMap(([code, status]) => {
    const present = after.status[code]
    if (present === undefined || present === status) return []
    return [{ subject: code, says: `! status ${status} is now ${present}`, breaks: true }]
  })

function changesOf(subject: string, old: Operation | undefined, now: Operation | undefined, after: Contract): Change[] {
  if (now === undefined) return [{ subject, says: '- route', breaks: true }]
  if (old === undefined) return [{ subject, says: '+ route', breaks: false }]
  const gained = <Item>(from: readonly Item[], to: readonly Item[]) => to.filter((item) => !from.includes(item))
  return [
    ...gained(now.codes, old.codes).map((code) => ({ subject, says: `- ${code}`, breaks: true, code })),
    ...gained(old.codes, now.codes).map((code) => ({
      subject,
      says: `+ ${code} (since ${after.since[code] ?? after.version})`,
      breaks: false,
      code,
    })),
    ...gained(now.statuses, old.statuses).map((status) => ({ subject, says: `- status ${status}`, breaks: true })),
    ...gained(old.statuses, now.statuses).map((status) => ({ subject, says: `+ status ${status}`, breaks: false })),
    ...gained(now.fields, old.fields).map((lostField) => ({
      subject,
      says: `- field ${lostField}`,
      breaks: true,
      lostField,
    })),
    ...gained(old.fields, now.fields).map((field) => ({ subject, says: `+ field ${field}`, breaks: false })),
    ...gained(old.needs, now.needs).map((need) => ({ subject, says: `! needs ${need}`, breaks: true })),
    ...gained(now.needs, old.needs).map((need) => ({ subject, says: `  need not have ${need}`, breaks: false })),
  ]
}
