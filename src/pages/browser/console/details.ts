import { type Child, element, theirs } from './elements.ts'

/** Below what a cell says: the particulars. */
export const under = (words: string | undefined): Child =>
  words !== undefined && words !== '' && element('span', { class: 'under' }, theirs(words))

/** What was noted of an event, such as `reason: spam`. */
export const detailsOf = (metadata: Readonly<Record<string, string>> = {}): string =>
  Object.entries(metadata)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
