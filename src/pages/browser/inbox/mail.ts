import { byId, element } from './element.ts'
import { follow } from './follow.ts'
import { type Message, readSource } from './mailpit.ts'

const place = byId('mail')

type Tab = {
  readonly name: string
  readonly isEmpty?: boolean
  readonly show: () => HTMLElement | Promise<HTMLElement>
}

/** The tab that the user chose stays chosen for the next mail. */
let chosen = 'HTML'

export function showHint(): void {
  const key = (name: string) => element('kbd', {}, name)
  const hint = element('p', { class: 'hint' }, 'Select an email. ', element('br'))
  hint.append(
    key('j'),
    key('k'),
    ' move, ',
    key('Enter'),
    ' opens, ',
    key('Esc'),
    ' goes back, ',
    key('/'),
    ' searches',
  )
  place.replaceChildren(hint)
}

export function showGone(): void {
  place.replaceChildren(element('p', { class: 'hint' }, 'This email is no longer here.'))
}

type Acts = { readonly goBack: () => void; readonly remove: () => void }

export function showMail(mail: Message, { goBack, remove }: Acts): void {
  const { From, To, Subject, Date: date, Text } = mail
  const row = (name: string, value: string) => [element('dt', {}, name), element('dd', {}, value)]
  const links = linksOf(Text)
  place.replaceChildren(
    element(
      'div',
      { class: 'head' },
      element(
        'div',
        { class: 'tools' },
        element('button', { id: 'back', type: 'button', click: goBack }, '← All emails'),
        element('button', { type: 'button', class: 'quiet', click: remove }, 'Delete'),
      ),
      element('h2', {}, Subject),
      element(
        'dl',
        {},
        ...row('From', From.Address),
        ...row('To', To.map(({ Address }) => Address).join(', ')),
        ...row('Date', new Date(date).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })),
      ),
      links.length > 0 ? element('p', { class: 'links' }, ...links.map(button)) : undefined,
    ),
    ...tabs(tabsOf(mail)),
  )
}

const urls = /https?:\/\/[^\s<>"]+/g
const linksOf = (text: string): string[] =>
  [...new Set(text.match(urls))].filter((url) => URL.canParse(url)).slice(0, 5)

function button(href: string): HTMLElement {
  const { host, pathname } = new URL(href)
  return element('a', { class: 'go', href, click: follow }, `Open ${host === location.host ? '' : host}${pathname}`)
}

function tabsOf({ ID, Subject, Text, HTML }: Message): readonly Tab[] {
  const source = () => readSource(ID)
  const head = async () => (await source()).split(/\r?\n\r?\n/, 1)[0] ?? ''
  return [
    { name: 'HTML', isEmpty: HTML === '', show: () => frame(`/dev/inbox/html/${ID}`, Subject) },
    { name: 'Text', isEmpty: Text === '', show: () => element('pre', {}, ...withLinks(Text)) },
    { name: 'Headers', show: async () => element('pre', {}, await head()) },
    { name: 'Source', show: async () => element('pre', {}, await source()) },
  ]
}

function withLinks(text: string): (Node | string)[] {
  const parts: (Node | string)[] = []
  let at = 0
  for (const { 0: href, index } of text.matchAll(urls)) {
    if (!URL.canParse(href)) continue
    parts.push(text.slice(at, index), element('a', { href, click: follow }, href))
    at = index + href.length
  }
  return [...parts, text.slice(at)]
}

/** A frame without scripts, whose links this page handles. */
function frame(src: string, title: string): HTMLElement {
  const shown = element('iframe', { src, title: `HTML of ${title}`, sandbox: 'allow-same-origin' })
  shown.addEventListener('load', () => shown.contentDocument?.addEventListener('click', follow))
  return shown
}

function tabs(all: readonly Tab[]): readonly HTMLElement[] {
  const panel = element('div', { role: 'tabpanel', tabindex: '0', id: 'panel' })
  const buttons = all.map(({ name, isEmpty }) =>
    element(
      'button',
      { type: 'button', role: 'tab', 'aria-controls': 'panel', id: `tab-${name}`, disabled: isEmpty },
      name,
    ),
  )
  const choose = async (tab: Tab, { focus = false } = {}): Promise<void> => {
    for (const [index, one] of buttons.entries()) {
      const isChosen = all[index] === tab
      one.setAttribute('aria-selected', String(isChosen))
      one.tabIndex = isChosen ? 0 : -1
      if (isChosen && focus) one.focus()
    }
    panel.setAttribute('aria-labelledby', `tab-${tab.name}`)
    panel.classList.toggle('frame', tab.name === 'HTML')
    panel.replaceChildren(await tab.show())
  }
  const there = all.filter(({ isEmpty }) => !isEmpty)
  for (const [index, one] of buttons.entries()) {
    const tab = all[index] as Tab
    one.addEventListener('click', () => {
      chosen = tab.name
      void choose(tab)
    })
    one.addEventListener('keydown', ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
      if (step === undefined) return
      const next = there[(there.indexOf(tab) + step + there.length) % there.length] as Tab
      chosen = next.name
      void choose(next, { focus: true })
    })
  }
  void choose((there.find(({ name }) => name === chosen) ?? there[0]) as Tab)
  return [element('div', { role: 'tablist', 'aria-label': 'Parts of the email' }, ...buttons), panel]
}
