import { element } from './elements.ts'
import { text } from './language.ts'

const levels = ['too_short', 'weak', 'fair', 'good', 'strong'] as const

/** Bits that a password must have for each level above the first. */
const leastBits = [0, 0, 36, 48, 60] as const

/**
 * A guess at how hard it is to guess, while it is typed: 0 is shorter than the server takes, 4 is strong. The server decides, and
 * knows the passwords that many people use.
 */
function strengthOf({ value: password, minLength }: HTMLInputElement, known: readonly string[]): number {
  if ([...password.normalize('NFKC')].length < minLength) return 0
  const bits = surprises(without(password.toLowerCase(), known)) * bitsEach(password)
  return leastBits.findLastIndex((least) => bits >= least)
}

/** What somebody has just told about themselves counts as one character. */
function without(password: string, known: readonly string[]): string {
  const words = known.flatMap((one) => one.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 2)
  return words
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, word) => rest.replaceAll(word, '*'), password)
}

const rows = 'abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm'
const runs = rows + [...rows].reverse().join('')

/** How many characters neither repeat the one before nor go on as the two before it do: 4 of `aaa1234b`. */
function surprises(text: string): number {
  const all = [...text]
  const foreseen = all.filter(
    (one, at) => one === all[at - 1] || (at > 1 && runs.includes(all.slice(at - 2, at + 1).join(''))),
  )
  return new Set(all).size < 4 ? 0 : all.length - foreseen.length
}

const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u]

/** As in words, where each letter is half foretold by those before; more kinds of characters foretell less. */
const bitsEach = (password: string): number => 2 + kinds.filter((kind) => kind.test(password)).length / 2

/** Four bars and a word below a new password, announced when the word changes. */
export function strengthMeter(input: HTMLInputElement): HTMLElement {
  const word = element('span', { 'aria-live': 'polite' })
  const meter = element('div', { class: 'strength', hidden: true }, ...[1, 2, 3, 4].map(() => element('i')), word)
  const show = (): void => {
    const level = strengthOf(input, othersIn(input))
    meter.hidden = input.value === ''
    meter.dataset.level = String(level)
    const said = input.value === '' ? '' : text(`strength.${levels[level] ?? 'weak'}`)
    if (word.textContent !== said) word.textContent = said
  }
  input.addEventListener('input', show)
  return meter
}

/** What else stands in the form: address, name, handle. */
const othersIn = (input: HTMLInputElement): string[] =>
  [...(input.form?.elements ?? [])].flatMap((one) =>
    one instanceof HTMLInputElement && one.type !== 'password' ? [one.value] : [],
  )
