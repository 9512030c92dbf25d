import { randomInt } from 'node:crypto'
import { handle } from '../../accounts/fields.ts'
import { shapedLikeHandle } from '../../accounts/suggest-handle.ts'

const longest = 15
/** How many digits a try has: soon more than there may be accounts of one name. */
const digitsOfTries = [4, 4, 6, 6, 8, 8, 10]

const isHandle = (text: string): boolean => handle.safeParse(text).success

/** What can be made of the names of an account, the best first. */
export const shapesOf = (names: readonly unknown[]): readonly string[] =>
  names
    .filter((name) => typeof name === 'string')
    .map(shapedLikeHandle)
    .filter((shape) => shape !== '')

/** Those that are handles as they are. */
export const plainHandles = (shapes: readonly string[]): readonly string[] => shapes.filter(isHandle)

/** The best with digits, where it is no handle or somebody else's: whichever of these is free. */
export function numberedHandles(shapes: readonly string[]): readonly string[] {
  const stem = shapes[0] ?? 'user'
  return digitsOfTries
    .map((digits) => {
      const number = String(randomInt(10 ** (digits - 1), 10 ** digits))
      return stem.slice(0, longest - digits).replace(/_$/, '') + number
    })
    .filter(isHandle)
}
