/** Shows the rows of a list that match a form. The URL holds the form's values, so that it can be shared. */
export function startFilters(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-filters]')
  if (form === null) return
  const list = document.getElementById(form.dataset.filters ?? '')
  const rows = [...(list?.querySelectorAll<HTMLElement>('li') ?? [])]
  const texts = rows.map((row) => `${row.textContent} ${row.dataset.words ?? ''}`.toLowerCase())
  const status = form.querySelector('[role=status]')
  const words = form.elements.namedItem('words') as HTMLInputElement

  const apply = (): void => {
    const asked = [...new FormData(form)].map(([name, value]) => [name, String(value)] as const)
    const chosen = asked.filter(([name, value]) => name !== 'words' && value !== '')
    const terms = words.value.toLowerCase().split(/\s+/)
    for (const [index, row] of rows.entries()) {
      const fits = chosen.every(([name, value]) => valuesOf(row, name).includes(value))
      row.hidden = !(fits && terms.every((term) => texts[index]?.includes(term)))
    }
    for (const section of list?.querySelectorAll('section') ?? []) {
      section.hidden = section.querySelector('li:not([hidden])') === null
    }
    const shown = rows.filter(({ hidden }) => !hidden).length
    if (status) status.textContent = shown === rows.length ? `${shown} in all` : `${shown} of ${rows.length}`
    const query = String(new URLSearchParams(asked.filter(([, value]) => value !== '') as [string, string][]))
    history.replaceState(null, '', `${location.pathname}${query === '' ? '' : `?${query}`}${location.hash}`)
  }

  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements.namedItem(name)
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value
  }
  form.hidden = false
  form.addEventListener('input', apply)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    rows
      .find(({ hidden }) => !hidden)
      ?.querySelector('a')
      ?.click()
  })
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.matches('input, select, textarea')
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    words.select()
  })
  apply()
}

/** A row holds the numbers of all its routes. */
const valuesOf = ({ dataset }: HTMLElement, name: string): readonly string[] =>
  name === 'route' ? (dataset.route ?? '').split(' ') : [dataset[name] ?? '']
