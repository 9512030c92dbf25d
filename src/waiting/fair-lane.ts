/** What waits in a lane. To start or to refuse it takes it out. */
export type Entry = { readonly isGone: () => boolean; readonly start: () => void; readonly refuse: () => void }

type Party = { readonly entries: Set<Entry>; places: number }

const sizeOf = ({ entries, places }: Party): number => entries.size + places

/**
 * A lane whose parties, accounts or networks, take turns: one each in a round, however much a party has waiting. Where
 * the lane is full, who has most there gives up the latest for somebody who has less.
 */
export function fairLane() {
  /** In the order of their turns. */
  const parties = new Map<string, Party>()
  let waiting = 0
  let places = 0

  const join = (name: string): Party => {
    const party = parties.get(name) ?? { entries: new Set(), places: 0 }
    parties.set(name, party)
    return party
  }
  const leave = (name: string, party: Party): void => {
    if (sizeOf(party) === 0) parties.delete(name)
  }

  return {
    waiting: () => waiting,
    /** All that has room here: what waits, and places for what comes. */
    held: () => waiting + places,
    /** Gives what takes it out again. */
    add: (name: string, entry: Entry): (() => void) => {
      const party = join(name)
      party.entries.add(entry)
      waiting++
      return () => {
        if (!party.entries.delete(entry)) return
        waiting--
        leave(name, party)
      }
    },
    /** Gives what gives it back. */
    addPlace: (name: string): (() => void) => {
      const party = join(name)
      party.places++
      places++
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        party.places--
        places--
        leave(name, party)
      }
    },
    /** What must go so that this party gets one more, where another would still have no less than it. */
    findSurplus: (name: string): Entry | undefined => {
      const own = parties.get(name)
      let most = own ? sizeOf(own) + 1 : 1
      let greatest: Party | undefined
      for (const party of parties.values()) {
        if (sizeOf(party) <= most || party.entries.size === 0) continue
        most = sizeOf(party)
        greatest = party
      }
      return greatest && [...greatest.entries].at(-1)
    },
    /** Whose turn it is, of those who may go; the next of the same party comes after one of every other. */
    next: (mayGo: (name: string) => boolean = () => true): Entry | undefined => {
      for (const [name, party] of parties) {
        const [entry] = party.entries
        if (entry === undefined || !mayGo(name)) continue
        parties.delete(name)
        parties.set(name, party)
        return entry
      }
      return undefined
    },
    refuseThoseGone: (): void => {
      for (const { entries } of [...parties.values()]) {
        for (const entry of [...entries]) if (entry.isGone()) entry.refuse()
      }
    },
  }
}
