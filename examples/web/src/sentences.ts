import type { CallError, FieldProblem } from 'postern/client'
import type { BrowserError } from 'postern/client/passkeys'
import { type AnyCode, fieldSentenceOf, sentenceOf } from 'postern/messages'
import { language } from './language.ts'

/** Everything that a call of any route can end in but data. */
export type Code = AnyCode

/** What a person is told. Whoever closes a dialog knows. */
export const sentenceFor = (error: CallError<Code> | BrowserError): string =>
  error.code === 'browser:closed' ? '' : sentenceOf(language(), error)

export const fieldSentence = (problem: FieldProblem): string => fieldSentenceOf(language(), problem)
