import { api, type Operator } from './api.ts'
import { byId, element, paragraph, theirs } from './elements.ts'
import { form } from './form.ts'
import { showKeys } from './keys.ts'
import { choose, language, type PlainKey, text } from './language.ts'
import { languages } from './languages/names.ts'
import { linkTo } from './places.ts'
import type { Screen } from './screen.ts'
import { chooseTheme, theme, themes } from './theme.ts'

type Frame = {
  readonly operator: Operator | undefined
  readonly screens: readonly Screen[]
  /** The one that is shown. */
  readonly current: Screen | undefined
  /** Shows everything anew, as in another language. */
  readonly again: () => unknown
  /** Once the console's session has ended. */
  readonly leave: () => unknown
}

const nav = byId('nav')
const menu = byId('menu')

menu.addEventListener('click', () => setMenu(menu.ariaExpanded !== 'true'))
const setMenu = (isOpen: boolean): void => {
  menu.ariaExpanded = String(isOpen)
}

/** The first link of the page, for those who do not want to walk through the navigation. */
byId('skip').addEventListener('click', (event) => {
  // As an address it would be a place of the console.
  event.preventDefault()
  byId('main').focus()
})

/** What stands around every screen. */
export function showFrame({ operator, screens, current, again, leave }: Frame): void {
  for (const one of document.querySelectorAll<HTMLElement>('[data-text]'))
    one.textContent = text(one.dataset.text as PlainKey)
  nav.ariaLabel = text('page.navigation')
  setMenu(false)
  document.body.classList.toggle('signed-in', operator !== undefined)
  nav.replaceChildren(...(operator ? links(screens, current) : []))
  byId('aside').replaceChildren(
    ...(operator ? [whoIsIn(operator, leave)] : []),
    settings(again),
    element(
      'button',
      { type: 'button', class: 'quiet', click: () => void showKeys() },
      text('keys.title'),
      keyboard('?'),
    ),
  )
}

const keyboard = (key: string): HTMLElement => element('kbd', { 'aria-hidden': 'true' }, key)

function links(screens: readonly Screen[], current: Screen | undefined): HTMLElement[] {
  const shown = screens.filter(({ within }) => within === undefined)
  return shown.map(({ name, title }, index) => {
    const isCurrent = name === (current?.within ?? current?.name)
    const key = index < 9 ? String(index + 1) : undefined
    return element(
      'a',
      { href: linkTo([name]), 'aria-current': isCurrent && 'page', 'aria-keyshortcuts': key },
      text(title),
      key !== undefined && keyboard(key),
    )
  })
}

const whoIsIn = ({ handle }: Operator, leave: () => unknown): HTMLElement =>
  element(
    'div',
    { class: 'who' },
    paragraph(text('page.who'), ' ', theirs(`@${handle}`)),
    form({
      submit: text('page.leave'),
      kind: 'quiet',
      send: () => api.DELETE('/v0/admin/session'),
      done: leave,
    }),
  )

function settings(again: () => unknown): HTMLElement {
  const tongues = languages.map(({ tag, name, dir }) =>
    element('option', { value: tag, lang: tag, dir, selected: tag === language().tag }, name),
  )
  const colours = themes.map((one) =>
    element('option', { value: one, selected: one === theme() }, text(`theme.${one}`)),
  )
  const tongue = element('select', { id: 'tongue', change: () => void speak() }, ...tongues)
  const colour = element('select', { id: 'colour', change: () => chooseTheme(colour.value) }, ...colours)
  const speak = async (): Promise<void> => {
    await choose(tongue.value)
    await again()
    byId('tongue').focus()
  }
  return element(
    'div',
    { class: 'settings' },
    element('label', { for: 'tongue' }, text('page.language')),
    tongue,
    element('label', { for: 'colour' }, text('theme.title')),
    colour,
  )
}
