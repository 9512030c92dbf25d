import { type Choice, dissect, type Placeholder, parseMessage } from './dissect.ts'
import type { LanguageFile } from './language.ts'
import { directionOf } from './tags.ts'

/** RFC 5322 section 2.1.1: longer lines should not be. */
const longestSubject = 78
/** Characters of what stands beside a field or above a form. */
const longestSentence = 200
/** Characters of a paragraph in a mail. */
const longestParagraph = 600

/** Everything that is wrong with a translation, each as a line for the translator. */
export function findMistakes(tag: string, file: LanguageFile, source: LanguageFile): string[] {
  const expected = Object.keys(source.messages)
  const present = Object.keys(file.messages)
  const known = new Set(expected)
  return [
    ...expected.filter((key) => !file.messages[key]?.text).map((key) => `${key}: is missing`),
    ...present.filter((key) => !known.has(key)).map((key) => `${key}: is no message of ours`),
    ...wrongDirection(tag, file),
    ...expected.flatMap((key) => {
      const text = file.messages[key]?.text
      return text ? mistakesOf(tag, { key, text, original: source.messages[key]?.text ?? '' }) : []
    }),
  ]
}

function wrongDirection(tag: string, { dir }: LanguageFile): string[] {
  const known = directionOf(tag)
  return known === dir ? [] : [`dir: is ${dir}, and the language is written ${known}`]
}

/** A text, and the English one in whose place it stands. */
type Message = { readonly key: string; readonly text: string; readonly original: string }

/** What is wrong with one text, each as a line that begins with its key. */
export function mistakesOf(tag: string, { key, text, original }: Message): string[] {
  try {
    parseMessage(text, tag)
    const { placeholders, choices, literals, longest } = dissect(text)
    const mistakes = [
      ...differences(placeholders, dissect(original).placeholders),
      ...choices.flatMap((choice) => wrongCases(tag, choice)),
      ...literals.flatMap(forbidden),
      ...(longest > limitOf(key) ? [`may be ${longest} characters long, ${limitOf(key)} at most`] : []),
      ...(text === text.trim() ? [] : ['begins or ends with a space']),
      ...(balanced(text) ? [] : ['opens an isolate that it does not close, or the other way round']),
    ]
    return [...new Set(mistakes)].map((mistake) => `${key}: ${mistake}`)
  } catch (error) {
    return [`${key}: cannot be read, ${(error as Error).message}`]
  }
}

type Placeholders = ReadonlyMap<string, Placeholder>

function differences(own: Placeholders, wanted: Placeholders): string[] {
  const lacking = [...wanted.keys()].filter((name) => !own.has(name)).map((name) => `lacks {${name}}`)
  const others = [...own].flatMap(([name, placeholder]) => {
    const original = wanted.get(name)
    if (original === undefined) return [`has {${name}}, which the English text has not`]
    return nameOf(original) === nameOf(placeholder)
      ? []
      : [`has {${name}} as ${nameOf(placeholder)}, not ${nameOf(original)}`]
  })
  return [...lacking, ...others]
}

const nameOf = (placeholder: Placeholder): string =>
  typeof placeholder === 'string' ? placeholder : `select of ${placeholder.words.join(', ')}`

function wrongCases(tag: string, { kind, name, cases }: Choice): string[] {
  if (kind === 'select') return cases.includes('other') ? [] : [`{${name}} lacks the case other`]
  const categories: readonly string[] = new Intl.PluralRules(tag).resolvedOptions().pluralCategories
  const lacking = categories.filter((category) => !cases.includes(category))
  const strange = cases.filter((one) => !/^=\d+$/.test(one) && !categories.includes(one))
  return [
    ...lacking.map((category) => `{${name}} lacks the plural ${category}`),
    ...strange.map((one) => `{${name}} has the plural ${one}, which the language has not`),
  ]
}

/** A text cannot add a link, a line or markup to a mail [LO1]. */
const neverIn: readonly (readonly [RegExp, string])[] = [
  [/[\p{Cc}\p{Zl}\p{Zp}]/u, 'holds a line break or a control character'],
  [/[\u202a-\u202e\u2066\u2067]/, 'sets a direction; only U+2068 to U+2069, U+200E and U+200F may stand in a text'],
  [/[<>]|&#?\w+;/, 'holds markup'],
  // Mail programs make links of addresses, and of names with a dot.
  [/:\/\/|\b(?:https?|mailto|javascript|data|tel):|\bwww\.|@|[\p{L}\p{N}]\.[\p{L}\p{N}]{2,}/iu, 'holds a link'],
  [/token=/i, 'holds token=, by which programs find the link of a mail'],
]

const forbidden = (literal: string): string[] =>
  neverIn.flatMap(([pattern, mistake]) => (pattern.test(literal) ? [mistake] : []))

function balanced(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '\u2068') depth += 1
    if (character === '\u2069') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

function limitOf(key: string): number {
  if (/^mail\..*\.subject(?:_\w+)?$/.test(key)) return longestSubject
  return key.startsWith('mail.') ? longestParagraph : longestSentence
}
