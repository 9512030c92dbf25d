import { byId, element } from './element.ts'
import type { Summary } from './mailpit.ts'

const list = byId('mails')

const today = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const earlier = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

function shownTime(created: string): string {
  const date = new Date(created)
  return (date.toDateString() === new Date().toDateString() ? today : earlier).format(date)
}

const links = (): HTMLAnchorElement[] => [...list.querySelectorAll('a')]

/** Keeps the elements of mails that are listed already, so that the focus stays where it is. */
export function showList(mails: readonly Summary[], openId: string | undefined): void {
  const known = new Map([...list.children].map((row) => [(row as HTMLElement).dataset.id, row as HTMLElement]))
  const rows = mails.map((mail) => {
    const row = known.get(mail.ID) ?? rowOf(mail)
    row.classList.toggle('unread', !mail.Read)
    const link = row.firstElementChild as HTMLElement
    if (mail.ID === openId) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
    const mark = link.querySelector('.unseen') as HTMLElement
    mark.textContent = mail.Read ? '' : 'Unread: '
    return row
  })
  for (const row of known.values()) if (!rows.includes(row)) row.remove()
  for (const [index, row] of rows.entries()) {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null)
  }
}

function rowOf({ ID, To, Subject, Snippet, Created }: Summary): HTMLElement {
  return element(
    'li',
    { 'data-id': ID },
    element(
      'a',
      { href: `#${ID}` },
      element('span', { class: 'to' }, element('span', { class: 'unseen' }), To[0]?.Address ?? ''),
      element('time', { datetime: Created, title: new Date(Created).toLocaleString() }, shownTime(Created)),
      element('span', { class: 'subject' }, Subject),
      element('span', { class: 'snippet' }, Snippet.replaceAll(/\s+/g, ' ')),
    ),
  )
}

/** Moves to the next or previous mail, from the one that has the focus or is open. */
export function moveFocus(step: 1 | -1): void {
  const all = links()
  const focused = all.findIndex((link) => link.matches(':focus'))
  const at = focused === -1 ? all.findIndex((link) => link.hasAttribute('aria-current')) : focused
  all[at === -1 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]?.focus()
}

export function focusOn(id: string | undefined): void {
  const all = links()
  const link = all.find(({ hash }) => hash === `#${id}`) ?? all[0]
  link?.focus()
}
