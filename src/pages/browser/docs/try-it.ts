/** Lets the form send its page's request with this browser's cookies. */
export function startTrying(): void {
  const form = document.querySelector<HTMLFormElement>('form.try')
  if (form === null) return
  form.hidden = false
  const force = form.elements.namedItem('force')
  const wanted = new URLSearchParams(location.search).get('force')
  if (force instanceof HTMLSelectElement && wanted !== null) force.value = wanted
  if (location.hash === '#try') form.scrollIntoView()
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void send(form)
  })
}

async function send(form: HTMLFormElement): Promise<void> {
  const place = form.querySelector('.answer') as HTMLElement
  place.replaceChildren('Sending …')
  try {
    const { url, options } = requestOf(form)
    await show(place, await fetch(url, options))
  } catch (error) {
    place.replaceChildren(`No response: ${String(error)}`)
  }
}

function requestOf(form: HTMLFormElement): { readonly url: string; readonly options: RequestInit } {
  const { method = 'GET', path = '' } = form.dataset
  const data = new FormData(form)
  const text = (name: string): string => String(data.get(name) ?? '')
  const query = new URLSearchParams()
  let url = path
  for (const [name, value] of data) {
    const [kind, key = ''] = name.split(':')
    if (kind === 'path') url = url.replace(`{${key}}`, encodeURIComponent(String(value)))
    if (kind === 'query' && value !== '') query.set(key, String(value))
  }
  const headers = new Headers()
  if (text('force') !== '') headers.set('x-postern-force', text('force'))
  // A token is sent without cookies, as an app does.
  const bearer = text('bearer')
  if (bearer !== '') headers.set('authorization', `Bearer ${bearer}`)
  const options: RequestInit = { method, headers, credentials: bearer === '' ? 'include' : 'omit' }
  if (data.has('body')) {
    headers.set('content-type', 'application/json')
    options.body = text('body')
  }
  if (data.has('file')) {
    options.body = new FormData()
    options.body.set('file', data.get('file') as File)
  }
  return { url: query.size > 0 ? `${url}?${query}` : url, options }
}

const shownHeaders = ['content-type', 'x-error-code', 'retry-after', 'ratelimit', 'x-postern-forced', 'x-request-id']
const mostShown = 20_000

async function show(place: HTMLElement, answer: Response): Promise<void> {
  const type = answer.headers.get('content-type') ?? ''
  const isText = /json|text\/(?!event-stream)/.test(type)
  const body = isText ? await answer.text() : ''
  // The page does not show streams and pictures.
  if (!isText) await answer.body?.cancel()
  const lines = shownHeaders.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : `${name}: ${value}`
  })
  const block = document.createElement('pre')
  block.tabIndex = 0
  block.textContent = [`HTTP ${answer.status}`, ...lines, '', pretty(body).slice(0, mostShown)].join('\n')
  const parts: (Node | string)[] = [block]
  const code = answer.headers.get('x-error-code')
  if (code !== null) {
    const link = document.createElement('a')
    link.href = `/docs/errors/${code}`
    link.textContent = `What ${code} means`
    parts.push(link)
  }
  place.replaceChildren(...parts)
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
