import { type Child, element } from './elements.ts'

type Fact = readonly [name: string, value: Child | readonly Child[]]

/** What is known of one thing; what is not known is left out. */
export const facts = (...known: readonly Fact[]): HTMLElement => {
  const shown = known.map(([name, value]) => [name, [value].flat().filter(Boolean)] as const)
  const rows = shown.filter(([, value]) => value.length > 0)
  return element(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, ...value)]),
  )
}
