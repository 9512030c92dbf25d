import type { Page } from 'playwright-core'
import type { Method, PathOf } from '../../src/client/client.ts'
import type { Successes } from '../../src/client/testing.ts'

type CallName = { [M in Method]: `${M} ${PathOf<M>}` }[Method]

/** One call that a page makes, all of whose errors are to be seen. */
export type Flow = {
  readonly name: string
  readonly call: CallName
  /** What other calls on the way answer, so that no account is needed; the rest is asked of the server. */
  readonly given?: Successes
  /** What other calls on the way are refused with. */
  readonly refused?: Readonly<Partial<Record<CallName, string>>>
  /** The address where it begins, below the front end's own. */
  readonly at: string
  /** Brings the page to where the call is about to be made. */
  readonly open?: (page: Page) => Promise<void>
  /** Makes the call, as a person does; without it the page makes it by itself, and `given` says its success. */
  readonly act?: (page: Page) => Promise<void>
}
