import type { Operator } from './api.ts'
import type { PlainKey } from './language.ts'
import type { Place } from './places.ts'

/** A screen of one thing is named by it. */
type Shown = readonly Node[] | { readonly title: string; readonly content: readonly Node[] }

/** What stands at a place. */
export type Screen = {
  /** The first part of its address. */
  readonly name: string
  readonly title: PlainKey
  /** Whom the server lets look at it. */
  readonly least: 'mod' | 'admin'
  /** For one that is reached from another one alone: whose, in the navigation. */
  readonly within?: string
  readonly show: (place: Place, operator: Operator) => Shown | Promise<Shown>
}
