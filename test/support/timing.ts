import { turns } from './long-form.ts'

/** `npm run timing` asks for 2,000 pairs and the requirement's own bounds. */
export const timingPairs = (inTests: number, inProof: number): number =>
  Number(process.env.TIMING_PAIRS ?? turns(inTests, inProof))
export const isLong = timingPairs(0, 0) >= 2000

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** How often one of the first took longer than one of the second, over all pairs of both. */
export function areaUnderCurve(known: readonly number[], unknown: readonly number[]): number {
  let longer = 0
  for (const one of known) for (const other of unknown) longer += one > other ? 1 : one === other ? 0.5 : 0
  return longer / (known.length * unknown.length)
}

/** By chance alone it strays from a half by about this: the standard error of the area for so many pairs. */
export const chanceOf = (pairs: number): number => Math.sqrt(1 / (6 * pairs))
