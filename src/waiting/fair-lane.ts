/** Work that waits in a lane. Starting or refusing it removes it from the lane. */
export type Entry = { readonly isGone: () => boolean; readonly start: () => void; readonly refuse: () => void }

type Party = { readonly entries: Set<Entry>; places: number }

const sizeOf = ({ entries, places }: Party): number => entries.size + places

/**
 * A lane whose parties (accounts or networks) take turns, one entry each in a round, however much a party has waiting.
 * If the lane is full, the party with the most gives up its latest entry for a party with less.
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
    /** Everything that takes up room: waiting entries, and places for later ones. */
    held: () => waiting + places,
    /** Returns a function that removes the entry. */
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
    /** Returns a function that gives the place back. */
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
    /**
     * The entry to refuse so that this party gets one more: the latest of the party with the most, if that party still
     * has no less than this one afterwards. Returns undefined if there is none.
     */
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
    /**
     * The first entry of the party whose turn it is, among those that may go; the party's next turn comes after all
     * others'. Does not remove the entry. Returns undefined if no party may go.
     */
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
