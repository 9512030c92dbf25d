import type { BrowserError } from './browser-error.ts'
import type { ServerCode } from './codes.ts'
import type { ClientError, FieldProblem } from './errors.ts'

/** The rules that a field can break, as this version of the server names them. */
export type Rule =
  | 'required'
  | 'type'
  | 'min_length'
  | 'max_length'
  | 'min'
  | 'max'
  | 'format'
  | 'charset'
  | 'reserved'
  | 'blank'
  | 'common'
  | 'personal'
  | 'unchanged'
  | 'taken'
  | 'future'
  | 'one_of'
  | 'breached'

/** Everything that a call can end in but data. */
export type AnyCode = ServerCode | ClientError['code'] | BrowserError['code']

/** A sentence for each code and each rule: a language that lacks one does not compile. */
export type Sentences = Readonly<Record<AnyCode | Rule, string>>

/** A language as `postern/messages/{tag}` exports it, for example `postern/messages/pt-BR`. */
export type Language = {
  /** BCP 47. */
  readonly tag: string
  /** The direction that the language is written in, for `dir` in HTML. */
  readonly dir: 'ltr' | 'rtl'
  readonly sentences: Sentences
}

/**
 * What a user is told about an error.
 * @example
 * import { sentenceOf } from 'postern/messages'
 * import { german } from 'postern/messages/de'
 * const text = sentenceOf(german, error)
 */
export const sentenceOf = ({ sentences }: Language, { code }: { readonly code: AnyCode }): string => sentences[code]

/** What a user is told about a field. A newer server may name rules that are not here. */
export function fieldSentenceOf({ tag, sentences }: Language, { rule, limit = 0, values = [] }: FieldProblem): string {
  const known = Object.hasOwn(sentences, rule) ? (rule as Rule) : 'type'
  return fillIn(tag, sentences[known], { limit, values })
}

/** Lists are joined as alternatives: `A, B or C`. */
export type Filling = Readonly<Record<string, string | number | readonly string[]>>

/**
 * Fills in a text of as much of ICU MessageFormat as front ends need: `{name}`, `{count, number}`, and plurals of plain
 * text. `tag` is the language of the text.
 * @example
 * fillIn('en', '{count, plural, one {# person} other {# people}}', { count: 2 }) // 2 people
 */
export function fillIn(tag: string, text: string, filling: Filling): string {
  const written = (name: string): string | undefined => {
    const value = Object.hasOwn(filling, name) ? filling[name] : undefined
    if (typeof value === 'number') return new Intl.NumberFormat(tag).format(value)
    return typeof value === 'object' ? new Intl.ListFormat(tag, { type: 'disjunction' }).format(value) : value
  }
  return text
    .replace(/\{(\w+), plural,((?:\s*[=\w]+\s*\{[^{}]*\})+)\s*\}/g, (_, name: string, cases: string) => {
      const number = Number(filling[name])
      const category = new Intl.PluralRules(tag).select(number)
      const [, exact] = new RegExp(`=${number}\\s*\\{([^}]*)\\}`).exec(cases) ?? []
      const [, plural] = new RegExp(`\\b${category}\\s*\\{([^}]*)\\}`).exec(cases) ?? []
      return (exact ?? plural ?? '').replaceAll('#', written(name) ?? '')
    })
    .replace(/\{(\w+)(?:, number)?\}/g, (placeholder, name: string) => written(name) ?? placeholder)
}
