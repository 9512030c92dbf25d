import { editDistances } from './edit-distances.ts'

/**
 * Finds the name that a misspelt word may mean, with one slip in five letters and at most two: HOME is not HOST.
 * Returns undefined if no name is near.
 */
export function findNearest(word: string, names: readonly string[]): string | undefined {
  const letters = [...word]
  const near = names.map((name) => ({ name, slips: editDistances(letters, [...name]).at(-1) ?? 0 }))
  const [nearest] = near.toSorted((one, other) => one.slips - other.slips)
  return nearest && nearest.slips <= Math.min(2, Math.floor(nearest.name.length / 5)) ? nearest.name : undefined
}
