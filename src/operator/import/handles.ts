import { randomInt } from 'node:crypto'
import { handle } from '../../accounts/fields.ts'
import { shapedLikeHandle } from '../../accounts/suggest-handle.ts'

const longest = 15
/** Digits of each try: soon more numbers than there may be accounts with one name. */
const digitsOfTries = [4, 4, 6, 6, 8, 8, 10]

const isHandle = (text: string): boolean => handle.safeParse(text).success

/** Texts in the shape of a handle, made of an account's names, the best first. */
export const shapesOf = (names: readonly unknown[]): readonly string[] =>
  names
    .filter((name) => typeof name === 'string')
    .map(shapedLikeHandle)
    .filter((shape) => shape !== '')

/** The shapes that are valid handles without digits added. */
export const plainHandles = (shapes: readonly string[]): readonly string[] => shapes.filter(isHandle)

/** The best shape with random digits, for when no plain one is valid and free. The first free one is taken. */
export function numberedHandles(shapes: readonly string[]): readonly string[] {
  const stem = shapes[0] ?? 'user'
  return digitsOfTries
    .map((digits) => {
      const number = String(randomInt(10 ** (digits - 1), 10 ** digits))
      return stem.slice(0, longest - digits).replace(/_$/, '') + number
    })
    .filter(isHandle)
}
