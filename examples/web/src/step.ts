import { section } from './elements.ts'

/** Shows the next of several steps in the same place; the focus goes along, so that screen readers begin to read there. */
export function step(from: Element, title: string, ...content: readonly Node[]): void {
  const next = section(title, ...content)
  from.replaceWith(next)
  const heading = next.querySelector('h2')
  heading?.setAttribute('tabindex', '-1')
  heading?.focus()
}
