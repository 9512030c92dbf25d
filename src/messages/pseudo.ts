import { type MessagePart, parseMessage, partKinds } from './dissect.ts'
import type { LanguageFile } from './language.ts'
import { sourceTag } from './tags.ts'

/**
 * Languages that nobody speaks, made of the English texts to be looked at: what is still in English has no accents,
 * what has no room for longer words is cut off, and what is not ready for the other direction is not mirrored. LOCALES
 * must name them, and production refuses them.
 */
export const pseudoTags = ['en-XA', 'ar-XB'] as const
type PseudoTag = (typeof pseudoTags)[number]

export const isPseudo = (tag: string): tag is PseudoTag => pseudoTags.some((one) => one === tag)

export function pseudoLanguage(tag: PseudoTag, { messages }: LanguageFile): LanguageFile {
  const change = tag === 'en-XA' ? lengthen : mirror
  return {
    name: tag === 'en-XA' ? '[Ƥšéúðó]' : '[Mirrored]',
    dir: tag === 'en-XA' ? 'ltr' : 'rtl',
    reviewed_by: null,
    messages: Object.fromEntries(
      Object.entries(messages).map(([key, { text }]) => [
        key,
        { text: print(parseMessage(text, sourceTag).getAst(), change) },
      ]),
    ),
  }
}

const accented = new Map([...'áƀçðéƒĝĥîĵķļɱñóþʠŕšţûṽŵẋýž'].map((to, place) => [String.fromCharCode(97 + place), to]))
const capitals = new Map([...'ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÓÞǪŔŠŢÛṼŴẊÝŽ'].map((to, place) => [String.fromCharCode(65 + place), to]))

/** With accents, and two fifths longer, as German and Finnish are. */
function lengthen(text: string): string {
  if (!/[A-Za-z]/.test(text)) return text
  const changed = [...text].map((character) => accented.get(character) ?? capitals.get(character) ?? character).join('')
  const more = '·'.repeat(Math.ceil(text.trim().length * 0.4))
  return changed.replace(/\s*$/, (end) => `${more}${end}`)
}

/** Each word as if it were written from right to left: U+202E turns it around, U+202C ends that. */
const mirror = (text: string): string => text.replace(/[A-Za-z][\w’-]*/g, '\u200f\u202e$&\u202c\u200f')

/** The message with its texts changed, and its placeholders as they are. */
const print = (parts: readonly MessagePart[], change: (text: string) => string): string =>
  parts
    .map((part) => {
      switch (part.type) {
        case partKinds.literal:
          return change(part.value)
        case partKinds.pound:
          return '#'
        case partKinds.number:
          return `{${part.value}, number}`
        case partKinds.select:
        case partKinds.plural: {
          const cases = Object.entries(part.options).map(([name, { value }]) => `${name} {${print(value, change)}}`)
          return `{${part.value}, ${part.type === partKinds.plural ? 'plural' : 'select'}, ${cases.join(' ')}}`
        }
        default:
          return `{${part.value}}`
      }
    })
    .join('')
