import type { Deps } from './deps.ts'
import type { ErrorCode } from './errors/catalogue.ts'
import type { Fault } from './errors/fault.ts'

/** What a use case gets: everything that the process has opened, and the right to refuse with these codes. */
export type Context<Code extends ErrorCode> = Deps & { readonly fault: Fault<Code> }
