/** One request of a race, as it went. */
export type Attempt = {
  readonly kind: string
  readonly race: number
  /** Which of the servers answered. */
  readonly server: number
  readonly startedMs: number
  readonly endedMs: number
  readonly status: number
  readonly code?: string | undefined
  /** What it did, where the racers do different things. */
  readonly act?: string | undefined
  /** What it was given, where all must be given the same. */
  readonly given?: string | undefined
}

/** How a kind of race must end: one wins and all others are told one of these, or everybody is given one and the same. */
export type Rule =
  | {
      readonly racers: number
      readonly late: readonly string[]
      /** An act of some racers that nobody else races for: of those who do it one at most succeeds. */
      readonly beside?: string
    }
  | { readonly racers: number; readonly same: true }

export type RaceFigures = {
  readonly findings: readonly string[]
  readonly races: number
  /** In how many both servers were at it at the same moment. */
  readonly close: number
}

/** Judges what was written down; it knows nothing of how it was run. */
export function checkRaces(
  attempts: readonly Attempt[],
  rules: Readonly<Record<string, Rule>>,
  expected: number,
): RaceFigures {
  const findings: string[] = []
  const races = Map.groupBy(attempts, ({ kind, race }) => `${kind} ${race}`)
  for (const [name, racers] of races) {
    const rule = rules[racers[0]?.kind ?? '']
    const told = rule === undefined ? 'is of no kind that is known' : findBreach(racers, rule)
    if (told !== undefined) findings.push(`${name} ${told}`)
  }
  for (const kind of Object.keys(rules)) {
    const run = new Set(attempts.filter((one) => one.kind === kind).map(({ race }) => race)).size
    if (run !== expected) findings.push(`${kind}: ${run} races, not ${expected}`)
  }
  return { findings, races: races.size, close: [...races.values()].filter(isClose).length }
}

function findBreach(racers: readonly Attempt[], rule: Rule): string | undefined {
  if (racers.length !== rule.racers) return `has ${racers.length} attempts, not ${rule.racers}`
  const winners = racers.filter(({ status }) => status < 300)
  if ('same' in rule) {
    const given = new Set(winners.map((one) => one.given))
    return winners.length === racers.length && given.size === 1
      ? undefined
      : `gave ${given.size} things to ${winners.length} of ${racers.length}`
  }
  const { beside = [], raced = [] } = Object.groupBy(winners, ({ act }) =>
    act !== undefined && act === rule.beside ? 'beside' : 'raced',
  )
  if (raced.length !== 1) return `has ${raced.length} winners`
  if (beside.length > 1) return `did "${rule.beside}" ${beside.length} times`
  const strange = racers.find(({ status, code }) => status >= 300 && !rule.late.includes(code ?? ''))
  return strange && `told a loser ${strange.status} ${strange.code}`
}

/** Attempts at two servers that overlap. */
const isClose = (racers: readonly Attempt[]): boolean =>
  racers.some((one) =>
    racers.some(
      (other) => one.server !== other.server && one.startedMs < other.endedMs && other.startedMs < one.endedMs,
    ),
  )
