import type { CallError } from 'postern/client'
import type { BrowserError } from 'postern/client/passkeys'
import type { Me } from './api.ts'
import { element } from './elements.ts'
import type { PlainKey } from './language.ts'
import { type Code, sentenceFor } from './sentences.ts'

type Content = readonly Node[] | Promise<readonly Node[]>

/** What stands at a place. Those of an account are shown to nobody else, those of guests to nobody who is signed in. */
export type Screen = { readonly title: PlainKey } & (
  | { readonly of: 'account'; readonly show: (me: Me) => Content }
  | { readonly of: 'anyone'; readonly show: (me: Me | undefined) => Content }
  | { readonly of: 'guest'; readonly show: () => Content }
)

/** In place of what could not be loaded. */
export const failure = (error: CallError<Code> | BrowserError): HTMLElement =>
  element('p', { class: 'problem', role: 'alert' }, sentenceFor(error))
