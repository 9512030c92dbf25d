type Attribute = string | number | boolean | undefined | ((event: Event) => void)
type Attributes = Readonly<Record<string, Attribute>>
export type Child = Node | string | false | undefined

/** Strings become text, never markup, which the page's policy would refuse anyway. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children)
}

/** The same for what is drawn. */
export function drawn<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children)
}

function fill<Made extends Element>(made: Made, attributes: Attributes, children: readonly Child[]): Made {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value)
    else if (value === true) made.setAttribute(name, '')
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value))
  }
  made.append(...children.filter((child) => child !== undefined && child !== false))
  return made
}

export const byId = <Kind extends HTMLElement = HTMLElement>(id: string): Kind => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found as Kind
}

export const paragraph = (...children: readonly Child[]): HTMLElement => element('p', {}, ...children)

/** What somebody else wrote has a direction of its own, and cannot turn around the words beside it. */
export const theirs = (text: string): HTMLElement => element('bdi', {}, text)

/** Ids, addresses of networks, codes: from left to right everywhere. */
export const verbatim = (text: string): HTMLElement => element('code', {}, text)

/** For screen readers alone, as where the eye sees which row a button stands in. */
export const unseen = (...children: readonly Child[]): HTMLElement => element('span', { class: 'unseen' }, ...children)

export const section = (title: string, ...children: readonly Child[]): HTMLElement =>
  element('section', {}, element('h2', {}, title), ...children)

export const badge = (word: string, tone: 'good' | 'fair' | 'bad' | 'plain' = 'plain'): HTMLElement =>
  element('span', { class: `badge ${tone}` }, word)
