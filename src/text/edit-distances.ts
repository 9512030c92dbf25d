/**
 * The optimal string alignment distance (letters too many, missing, wrong or swapped with their neighbour) between all
 * of `one` and each prefix of `other`, from the empty one to all of it.
 */
export function editDistances(one: readonly string[], other: readonly string[]): readonly number[] {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)]
  for (let length = 1; length <= one.length; length++) {
    const row = [length]
    const [letter, letterBefore] = [one[length - 1], one[length - 2]]
    for (let at = 1; at <= other.length; at++) {
      const change = (last[at - 1] as number) + (letter === other[at - 1] ? 0 : 1)
      const fewest = Math.min((row[at - 1] as number) + 1, (last[at] as number) + 1, change)
      const isSwapped = at > 1 && length > 1 && letter === other[at - 2] && letterBefore === other[at - 1]
      row.push(isSwapped ? Math.min(fewest, (beforeLast[at - 2] as number) + 1) : fewest)
    }
    ;[beforeLast, last] = [last, row]
  }
  return last
}
