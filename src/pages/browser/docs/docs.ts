import { addCopyButtons } from './copy.ts'
import { startFilters } from './filter.ts'
import { startTrying } from './try-it.ts'

// The `type` of a problem document is the list with its code behind the #: on to the page of that code. Its colon may
// come as it is or escaped.
const code = location.hash.slice(1).replaceAll(/%3a/gi, ':')
const row = location.pathname === '/docs/errors' && code !== '' ? document.getElementById(code) : null
const page = row?.querySelector('a')
if (page) location.replace(page.href)

// On a telephone the menu is shut until it is asked for.
const menu = document.querySelector<HTMLDetailsElement>('.side details')
const desk = matchMedia('(min-width: 60rem)')
const fitMenu = (): void => {
  if (menu) menu.open = desk.matches
}
desk.addEventListener('change', fitMenu)
fitMenu()

startFilters()
addCopyButtons()
startTrying()
