import { api, type Operator, onSignedOut, whoIsIn } from './api.ts'
import { byId, element, theirs } from './elements.ts'
import { showFrame } from './frame.ts'
import { listenToKeys } from './keys.ts'
import { openLanguage, text } from './language.ts'
import { currentPlace, go, linkTo, onPlace } from './places.ts'
import type { Screen } from './screen.ts'
import { signIn } from './screens/sign-in.ts'
import { screens } from './screens.ts'
import { say } from './status.ts'

const main = byId('main')
let operator: Operator | undefined
/** Every screen that is begun makes those before it late. */
let turn = 0
let wantsSearch = false
let hasLeft = false

const isFor = ({ roles }: Operator, { least }: Screen): boolean => least === 'mod' || roles.includes('admin')

async function show(): Promise<void> {
  const mine = ++turn
  say('')
  main.ariaBusy = 'true'
  const allowed = screens.filter((screen) => operator && isFor(operator, screen))
  const place = currentPlace()
  const current = allowed.find(({ name }) => name === place.path[0]) ?? allowed[0]
  const shown =
    operator && current ? await current.show(place, operator) : [await signIn({ isShut: hasLeft, done: open })]
  if (mine !== turn) return
  showFrame({ operator, screens: allowed, current, again: show, leave })
  const { title, content } =
    'content' in shown ? shown : { title: text(current?.title ?? 'sign_in.title'), content: shown }
  const heading = element('h1', { tabindex: '-1' }, theirs(title))
  document.title = `${title} · Postern`
  main.className = current ? '' : 'card'
  main.replaceChildren(heading, ...content)
  main.ariaBusy = null
  focusOn(heading)
}

/** Screen readers begin to read at the heading, and the keyboard goes on from there. */
function focusOn(heading: HTMLElement): void {
  const search = wantsSearch ? findSearch() : undefined
  wantsSearch = false
  ;(search ?? main.querySelector<HTMLElement>('form input:not([hidden])[autocomplete=username]') ?? heading).focus()
}

const findSearch = (): HTMLElement | undefined => main.querySelector<HTMLElement>('input[type=search]') ?? undefined

function search(): void {
  const here = findSearch()
  if (here) here.focus()
  else {
    wantsSearch = true
    go(linkTo(['users']))
  }
}

/** The cookie says it, and the server whether it still holds. */
async function findOperator(): Promise<void> {
  const { data } = await api.GET(whoIsIn)
  operator = data
}

async function open(): Promise<void> {
  await findOperator()
  await show()
}

async function leave(): Promise<void> {
  hasLeft = true
  operator = undefined
  await show()
  performance.mark('shown')
}

onPlace(show)
onSignedOut(open)
listenToKeys({ search })
await Promise.all([openLanguage(), findOperator()])
await show()
// For whoever measures how soon there is something to read.
performance.mark('shown')
