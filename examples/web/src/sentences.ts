import type { CallError, FieldProblem } from 'postern/client'
import type { BrowserError } from 'postern/client/passkeys'
import { type AnyCode, fieldSentenceOf, sentenceOf } from 'postern/messages'
import * as english from 'postern/messages/en'

/** Everything that a call of any route can end in but data. */
export type Code = AnyCode

/** What a person is told. Whoever closes a dialog knows. */
export const sentenceFor = (error: CallError<Code> | BrowserError): string =>
  error.code === 'browser:closed' ? '' : sentenceOf(english, error)

export const fieldSentence = (problem: FieldProblem): string => fieldSentenceOf(english, problem)
