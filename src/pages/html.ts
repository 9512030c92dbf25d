const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character)

declare const isMarkup: unique symbol

/** Text that is markup already: only `html` and `trustMarkup` make it, so text never becomes markup by mistake. */
export type Html = { readonly markup: string; readonly [isMarkup]: true }

type Value = Html | string | number | false | undefined | readonly Value[]

/** Makes markup: values are escaped, except those that are markup already. Attributes need quotes around them. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html =>
  trustMarkup(strings.map((string, index) => string + markupOf(values[index])).join(''))

/** What a library has rendered and escaped. */
export const trustMarkup = (markup: string): Html => ({ markup }) as Html

function markupOf(value: Value): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(markupOf).join('')
  return escapeText(String(value))
}
