/** Whose refusal it is: of an account whose session was good, or of a stranger's network. */
export type Party = {
  readonly isKnown: boolean
  readonly name: string
  /** The network around it that one customer may have as well, which gets three times as much. */
  readonly wide?: string | undefined
}

type Bounds = {
  /** Rows a second, of which strangers leave a quarter to the known. */
  readonly perSecond: number
  /** Rows an hour of one network, or of one account. */
  readonly perParty: number
  /** Rows an hour of all strangers, and as many again of the known. */
  readonly perHour: number
}

/** How much of what is refused a process writes down. What is beyond it is only counted. */
export const ledgerBounds: Bounds = { perSecond: 200, perParty: 100, perHour: 3000 }

/**
 * Says whether a refusal is written down. Strangers and the known have separate hours, so that a storm of strangers
 * takes nothing from those who are known, and no network and no account takes more than its part.
 */
export function ledgerAdmission({ perSecond, perParty, perHour }: Bounds, now: () => number) {
  const [second, hour] = [counts(), counts()]
  const ofStrangers = (perSecond * 3) / 4

  function isUsedUp({ isKnown, name, wide }: Party): boolean {
    const kind = kindOf(isKnown)
    if (second.of('all') >= perSecond || hour.of(kind) >= perHour) return true
    if (!isKnown && second.of(kind) >= ofStrangers) return true
    return hour.of(`${kind} ${name}`) >= perParty || (wide !== undefined && hour.of(`wide ${wide}`) >= perParty * 3)
  }

  return (party: Party): boolean => {
    const { isKnown, name, wide } = party
    const seconds = Math.floor(now() / 1000)
    second.begin(seconds)
    hour.begin(Math.floor(seconds / 3600))
    if (isUsedUp(party)) return false
    const kind = kindOf(isKnown)
    for (const key of ['all', kind]) second.add(key)
    for (const key of [kind, `${kind} ${name}`, ...(wide === undefined ? [] : [`wide ${wide}`])]) hour.add(key)
    return true
  }
}

const kindOf = (isKnown: boolean): 'known' | 'strangers' => (isKnown ? 'known' : 'strangers')

/** Counts of one second or hour. There are at most a few for each row that was written in it. */
function counts() {
  const found = new Map<string, number>()
  let period = -1
  return {
    begin: (present: number): void => {
      if (present !== period) found.clear()
      period = present
    },
    of: (key: string): number => found.get(key) ?? 0,
    add: (key: string): void => void found.set(key, (found.get(key) ?? 0) + 1),
  }
}
