import { askInDialog } from './dialog.ts'
import { element } from './elements.ts'
import { text } from './language.ts'

type Keys = {
  /** Moves the focus to the search of the screen. */
  readonly search: () => void
}

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea')

/** The keys of the whole console; those of tables are theirs. */
export function listenToKeys({ search }: Keys): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
    if (event.key === 'Escape') return leave(event)
    if (isTyped(event.target)) return
    const act = event.key === '/' ? search : event.key === '?' ? () => void showKeys() : screenOf(event.key)
    if (!act) return
    event.preventDefault()
    act()
  })
}

/** Out of a field, then up from what was opened. */
function leave(event: KeyboardEvent): void {
  if (isTyped(event.target)) (event.target as HTMLElement).blur()
  else document.querySelector<HTMLElement>('main [data-up]')?.click()
}

const screenOf = (key: string): (() => void) | undefined => {
  const link = document.querySelector<HTMLElement>(`#nav [aria-keyshortcuts="${CSS.escape(key)}"]`)
  return link ? () => link.click() : undefined
}

export async function showKeys(): Promise<void> {
  const rows = [
    [['/'], text('keys.search')],
    [['↓', '↑'], text('keys.rows')],
    [['Enter'], text('keys.open')],
    [['Esc'], text('keys.leave')],
    [['1', '…', '9'], text('keys.screens')],
    [['?'], text('keys.help')],
  ] as const
  const list = element(
    'dl',
    { class: 'keys' },
    ...rows.flatMap(([keys, what]) => [
      element('dt', {}, ...keys.map((key) => element('kbd', {}, key))),
      element('dd', {}, what),
    ]),
  )
  await askInDialog(text('keys.title'), () => [list], text('action.close'))
}
