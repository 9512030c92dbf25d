import { readState, readTable, type State, setRule, type Table, takeBack } from './server.ts'

const byId = <Kind extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as Kind
const query = byId<HTMLInputElement>('query')
const how = byId<HTMLSelectElement>('how')
const times = byId<HTMLSelectElement>('times')
const status = byId('status')

/** Copies one of the page's templates. `parts` are the elements in it that match the selector, in order. */
function copyOf(template: string, parts: string) {
  const content = byId<HTMLTemplateElement>(template).content.cloneNode(true) as DocumentFragment
  return { made: content.firstElementChild as HTMLElement, parts: [...content.querySelectorAll<HTMLElement>(parts)] }
}

type Shown = {
  readonly name: string
  readonly details: HTMLDetailsElement
  readonly badge: HTMLElement
  readonly switches: ReadonlyMap<string, HTMLElement>
}

const shown: Shown[] = []

function showRoute({ method, path, codes }: Table['routes'][number], known: Table['codes']): Shown {
  const { made, parts } = copyOf('route', 'code, span, strong, ul')
  const [name, count, badge, list] = parts as [HTMLElement, HTMLElement, HTMLElement, HTMLElement]
  name.textContent = `${method} ${path}`
  count.textContent = `${codes.length} codes`
  const switches = new Map<string, HTMLElement>()
  for (const code of codes) {
    const { made: row, parts: cells } = copyOf('code', 'button, code, span, p')
    const [button, label, number, meaning] = cells as [HTMLElement, HTMLElement, HTMLElement, HTMLElement]
    label.textContent = code
    number.textContent = ` ${known[code]?.status}`
    meaning.textContent = known[code]?.meaning ?? ''
    button.addEventListener('click', () => toggle(method, path, code, button))
    switches.set(code, button)
    list.append(row)
  }
  return { name: `${method} ${path}`, details: made as HTMLDetailsElement, badge, switches }
}

async function toggle(method: string, path: string, code: string, button: HTMLElement): Promise<void> {
  const isOn = button.ariaChecked === 'true'
  await say(isOn ? takeBack(method, path) : setRule({ method, route: path, code, ...chosen() }))
}

function chosen() {
  const way = how.value === 'after' ? { phase: 'after' } : { answer: how.value }
  return { ...(how.value !== 'before' && way), ...(times.value && { times: Number(times.value) }) }
}

/** Shows what went wrong, or else the current state. */
async function say(act: Promise<unknown>): Promise<void> {
  try {
    await act
    show(await readState())
    status.textContent = ''
  } catch (error) {
    status.textContent = error instanceof TypeError ? 'The server is not responding.' : String(error)
  }
}

function show({ rules, answers }: State): void {
  const on = new Map(rules.map((rule) => [`${rule.method} ${rule.route}`, rule]))
  byId('off').hidden = rules.length === 0
  for (const { name, badge, switches } of shown) {
    const rule = on.get(name)
    badge.textContent = rule ? `answers ${rule.answer ?? rule.code}` : ''
    for (const [code, button] of switches) button.ariaChecked = String(rule?.code === code)
  }
  byId('none').hidden = answers.length > 0
  byId('answers').replaceChildren(
    ...answers.map(({ at, route, outcome }) => {
      const { made, parts } = copyOf('answer', 'time, code')
      const texts = [new Date(at).toLocaleTimeString(), route, outcome]
      for (const [index, text] of texts.entries()) (parts[index] as HTMLElement).textContent = text
      return made
    }),
  )
}

/** Shows routes whose path matches, and routes with a matching code, then with only these codes. */
function search(): void {
  const words = query.value.trim().toLowerCase()
  for (const { name, details, switches } of shown) {
    const isRoute = name.toLowerCase().includes(words)
    const found = [...switches.keys()].filter((code) => code.toLowerCase().includes(words))
    details.hidden = !isRoute && found.length === 0
    for (const [code, button] of switches) {
      const row = button.parentElement
      if (row) row.hidden = !isRoute && !found.includes(code)
    }
    details.open = words !== '' && !isRoute && found.length > 0
  }
}

const { routes, codes } = await readTable()
shown.push(...routes.map((route) => showRoute(route, codes)))
byId('routes').append(...shown.map(({ details }) => details))
query.addEventListener('input', search)
query.form?.addEventListener('submit', (event) => event.preventDefault())
byId('off').addEventListener('click', () => say(takeBack()))
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target instanceof HTMLInputElement) return
  event.preventDefault()
  query.focus()
})
await say(Promise.resolve())
// Shows what is answered to the front end in another tab.
setInterval(() => document.hidden || say(Promise.resolve()), 1500)
