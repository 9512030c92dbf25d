import { IntlMessageFormat } from 'intl-messageformat'
import { sourceTag } from './tags.ts'

/** What a message asks for: text, a number, or one of the words that a `select` tells apart, in order. */
export type Placeholder = 'text' | 'number' | { readonly words: readonly string[] }

/** A plural or a select of a message, with its cases. */
export type Choice = { readonly kind: 'plural' | 'select'; readonly name: string; readonly cases: readonly string[] }

export type Anatomy = {
  readonly placeholders: ReadonlyMap<string, Placeholder>
  readonly choices: readonly Choice[]
  /** The text between the placeholders, of all cases. */
  readonly literals: readonly string[]
  /** How long the message can become, in characters, with texts no longer than the longest handle. */
  readonly longest: number
}

// Without tags, `<` is text.
export const parseMessage = (text: string, tag: string): IntlMessageFormat =>
  new IntlMessageFormat(text, tag, undefined, { ignoreTag: true })

export type MessagePart = ReturnType<IntlMessageFormat['getAst']>[number]

/** As the parser numbers the parts of a message. */
export const partKinds = { literal: 0, argument: 1, number: 2, select: 5, plural: 6, pound: 7 } as const

/** Characters of the longest handle, and of the largest number that a message counts. */
const longestHandle = 15
const longestNumber = 7

/** What a message is made of. @throws {Error} if it is not well-formed, or asks for anything else */
export function dissect(text: string): Anatomy {
  const placeholders = new Map<string, Placeholder>()
  const choices: Choice[] = []
  const literals: string[] = []

  const note = (name: string, placeholder: Placeholder): void => {
    const before = placeholders.get(name) ?? placeholder
    if (JSON.stringify(before) !== JSON.stringify(placeholder)) throw new Error(`{${name}} is of two types`)
    placeholders.set(name, placeholder)
  }
  const noteChoice = (choice: Choice): void => {
    note(choice.name, choice.kind === 'plural' ? 'number' : { words: choice.cases.toSorted() })
    choices.push(choice)
  }
  /** Gives the length of the part at its longest. */
  const read = (part: MessagePart): number => {
    switch (part.type) {
      case partKinds.literal:
        literals.push(part.value)
        return part.value.length
      case partKinds.pound:
        return longestNumber
      case partKinds.argument:
        note(part.value, 'text')
        return longestHandle
      case partKinds.number:
        note(part.value, 'number')
        return longestNumber
      case partKinds.select:
      case partKinds.plural:
        noteChoice({
          kind: part.type === partKinds.plural ? 'plural' : 'select',
          name: part.value,
          cases: Object.keys(part.options),
        })
        return Math.max(...Object.values(part.options).map(({ value }) => readAll(value)))
      default:
        throw new Error('only {name}, {name, number}, plural and select are known')
    }
  }
  const readAll = (parts: readonly MessagePart[]): number => parts.reduce((sum, part) => sum + read(part), 0)

  const longest = readAll(parseMessage(text, sourceTag).getAst())
  return { placeholders, choices, literals, longest }
}
