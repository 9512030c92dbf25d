import type { BrowserError } from '../../../client/browser-error.ts'
import type { CallError, FieldProblem } from '../../../client/errors.ts'
import { type AnyCode, fieldSentenceOf, sentenceOf } from '../../../client/messages.ts'
import { type Child, element, verbatim } from './elements.ts'
import { language } from './language.ts'

/** Everything that a call of any route can end in but data. */
export type Code = AnyCode
export type Refusal = CallError<Code> | BrowserError

/** What an operator is told: the sentence, and the code to look for in the documentation. Who closes a dialog knows. */
export const refusal = (error: Refusal): readonly Child[] =>
  error.code === 'browser:closed' ? [] : [sentenceOf(language(), error), ' ', verbatim(error.code)]

export const fieldSentence = (problem: FieldProblem): string => fieldSentenceOf(language(), problem)

/** In place of what could not be loaded. */
export const failure = (error: Refusal): HTMLElement =>
  element('p', { class: 'problem', role: 'alert' }, ...refusal(error))
