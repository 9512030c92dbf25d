const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character)

/** Text that is markup already. */
export type Html = { readonly markup: string }

type Value = Html | string | number | false | undefined | readonly Value[]

/** Makes markup: values are escaped, except those that are markup already. */
export const html = (strings: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  markup: strings.map((string, index) => string + markupOf(values[index])).join(''),
})

function markupOf(value: Value): string {
  if (value === undefined || value === false) return ''
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map(markupOf).join('')
  return escapeHtml(String(value))
}
