import type { Finding } from './check-history.ts'
import type { Act, Entry, Trouble } from './history.ts'

/** How much a history holds, so that nobody takes an empty one for a good one. */
export function historyFigures(entries: readonly Entry[]) {
  const acts = entries.filter((entry): entry is Act => entry.kind === 'act')
  return {
    accounts: new Set(acts.map(({ account }) => account)).size,
    requests: acts.length,
    acknowledged: acts.filter(({ outcome }) => outcome === 'acknowledged').length,
    unanswered: acts.filter(({ outcome }) => outcome === 'unknown').length,
  }
}

export function findingFigures(findings: readonly Finding[]): Record<string, number> {
  const all = ['lost', 'half done', 'revived', 'used twice', 'refused', 'mistake'] as const
  return Object.fromEntries(all.map((kind) => [kind, findings.filter(({ what }) => what === kind).length]))
}

/** From the fault, or from its end where it lasts, until it serves again. */
export function recoveryFigures(troubles: readonly Trouble[]): Record<string, number> {
  const byKind = Map.groupBy(troubles, ({ what }) => what.replace(/\d+$/, ''))
  return Object.fromEntries(
    [...byKind].map(([kind, those]) => {
      const times = those.map(({ atMs, overMs }) => overMs - atMs).sort((a, b) => a - b)
      return [`${kind}: recovered within ms (median of ${times.length})`, Math.round(times[times.length >> 1] ?? 0)]
    }),
  )
}
