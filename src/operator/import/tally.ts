import type { Fate } from './place.ts'

const mostExamples = 5

/** How many accounts met which fate, and for each reason of refusal how many and where the first ones are. */
export type Tally = {
  readonly accepted: number
  readonly withHash: number
  readonly known: number
  readonly refused: number
  readonly handles: Readonly<Record<'kept' | 'made' | 'numbered', number>>
  readonly reasons: ReadonlyMap<string, { readonly count: number; readonly at: readonly string[] }>
}

export function startTally() {
  const tally = { accepted: 0, withHash: 0, known: 0, refused: 0, handles: { kept: 0, made: 0, numbered: 0 } }
  const reasons = new Map<string, { count: number; at: string[] }>()
  return {
    note: (at: string, fate: Fate, hasHash: boolean): void => {
      if (fate.kind === 'known') tally.known++
      else if (fate.kind === 'new') {
        tally.accepted++
        tally.handles[fate.as]++
        if (hasHash) tally.withHash++
      } else {
        tally.refused++
        const reason = reasons.get(fate.why) ?? { count: 0, at: [] }
        reason.count++
        if (reason.at.length < mostExamples) reason.at.push(at)
        reasons.set(fate.why, reason)
      }
    },
    read: (): Tally => ({ ...tally, reasons }),
  }
}

/** The tally as `--json` prints it. */
export const tallyAsData = ({ reasons, ...counts }: Tally) => ({ ...counts, reasons: Object.fromEntries(reasons) })

/** The text that ends a dry run. */
export function describeTally({ accepted, withHash, known, refused, handles, reasons }: Tally): string {
  const sorted = [...reasons].toSorted(([, one], [, other]) => other.count - one.count)
  const lines = sorted.map(([why, { count, at }]) => {
    const more = count > at.length ? ', …' : ''
    return `  ${count} ${why}: ${at.join(', ')}${more}`
  })
  return [
    `would be accepted: ${accepted}, ${withHash} with a password, ${accepted - withHash} without`,
    `  handles: ${handles.kept} as they were, ${handles.made} made of a name or address, ${handles.numbered} ` +
      'with digits',
    `already there: ${known}`,
    `would be refused: ${refused}`,
    ...lines,
    'Nothing was written.',
  ].join('\n')
}
