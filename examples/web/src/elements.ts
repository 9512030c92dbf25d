type Attribute = string | boolean | undefined | ((event: Event) => void)
type Child = Node | string | undefined

/** Text stays text: nothing here makes markup from strings, and the page's policy would refuse it. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value)
    else if (typeof value === 'string') made.setAttribute(name, value)
    else if (value) made.setAttribute(name, '')
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

export const paragraph = (...children: readonly Child[]): HTMLElement => element('p', {}, ...children)

/** What somebody else wrote has a direction of its own, and cannot turn around the words beside it. */
export const theirs = (text: string): HTMLElement => element('bdi', {}, text)

export const strong = (text: string): HTMLElement => element('strong', { dir: 'auto' }, text)

/** For screen readers alone, as where the eye sees which row a button stands in. */
export const unseen = (...children: readonly Child[]): HTMLElement => element('span', { class: 'unseen' }, ...children)

/** After the words of a button: what exactly, where many buttons have the same. */
export const about = (what: string): HTMLElement => unseen(' ', theirs(what))

export const section = (title: string, ...children: readonly Child[]): HTMLElement =>
  element('section', {}, element('h2', {}, title), ...children)
