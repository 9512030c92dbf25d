/** Chance that can be had again: the same seed makes the same choices (mulberry32). */
export type Random = {
  /** From 0 up to 1. */
  next(): number
  /** From 0 to one less. */
  below(limit: number): number
  pick<Item>(items: readonly [Item, ...Item[]]): Item
  /** Another one, that depends on nothing but the seed and the name. */
  fork(name: string): Random
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    pick: (items) => items[below(items.length)] ?? items[0],
    fork: (name) => seededRandom([...name].reduce((hash, char) => Math.imul(hash, 31) + char.charCodeAt(0), seed)),
  }
}
