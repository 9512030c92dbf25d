import { addCopyButtons } from './copy.ts'
import { startFilters } from './filter.ts'
import { startTrying } from './try-it.ts'

// The `type` of a problem document is the list of errors with the code as fragment: goes on to that code's page. The
// colon in the code may be escaped.
const code = location.hash.slice(1).replaceAll(/%3a/gi, ':')
const row = location.pathname === '/docs/errors' && code !== '' ? document.getElementById(code) : null
const page = row?.querySelector('a')
if (page) location.replace(page.href)

// On a narrow screen the menu is closed at first.
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
