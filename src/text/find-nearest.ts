import { editDistances } from './edit-distances.ts'

/** What may be meant by a word that is none of these: two slips in ten letters, one in five; HOME is not HOST. */
export function findNearest(word: string, names: readonly string[]): string | undefined {
  const letters = [...word]
  const near = names.map((name) => ({ name, slips: editDistances(letters, [...name]).at(-1) ?? 0 }))
  const [nearest] = near.toSorted((one, other) => one.slips - other.slips)
  return nearest && nearest.slips <= Math.min(2, Math.floor(nearest.name.length / 5)) ? nearest.name : undefined
}
