import { element, unseen } from './elements.ts'
import { text } from './language.ts'

/** A place for what is still being loaded, in the shape of rows. */
export function later(content: Promise<readonly Node[]>): HTMLElement {
  const bones = ['line', 'short', 'line'].map((kind) => element('span', { class: `bone ${kind}` }))
  const place = element('div', { class: 'later', 'aria-busy': 'true' }, unseen(text('page.loading')), ...bones)
  void content.then((loaded) => place.replaceWith(...loaded))
  return place
}
