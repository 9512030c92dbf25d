import { element, unseen } from './elements.ts'
import { text } from './language.ts'

/** A place for what is still being loaded, in the shape of what will stand there. */
export function later(content: Promise<readonly Node[]>, shape: 'button' | 'rows'): HTMLElement {
  const bones = shape === 'button' ? [bone('button')] : [bone('line'), bone('short'), bone('line')]
  const place = element('div', { class: 'later', 'aria-busy': 'true' }, unseen(text('page.loading')), ...bones)
  void content.then((loaded) => place.replaceWith(...loaded))
  return place
}

const bone = (kind: string): HTMLElement => element('span', { class: `bone ${kind}` })
