import { byId, element } from './element.ts'
import { focusOn, moveFocus, showList } from './list.ts'
import { showGone, showHint, showMail } from './mail.ts'
import { deleteMails, findMails, markRead, readMessage, type Summary } from './mailpit.ts'

const query = byId<HTMLInputElement>('query')
const status = byId('status')
let mails: readonly Summary[] = []
/** The mail that the page shows; the URL says which one it should show. */
let shown: string | undefined

const wanted = (): string | undefined => location.hash.slice(1) || undefined

/** Only one reading at a time; a change meanwhile makes it read once more. */
let reading: Promise<void> | undefined
let isStale = false
function refresh(): Promise<void> {
  isStale = true
  reading ??= readAll().finally(() => {
    reading = undefined
  })
  return reading
}

async function readAll(): Promise<void> {
  while (isStale) {
    isStale = false
    try {
      mails = await findMails(query.value)
      status.textContent = ''
    } catch {
      status.textContent = 'The server is not responding. Still trying …'
      return
    }
  }
  show()
}

function show(): void {
  showList(mails, wanted())
  const unread = mails.filter(({ Read }) => !Read).length
  document.title = unread > 0 ? `(${unread}) Inbox` : 'Inbox'
  byId('count').textContent = `${mails.length} ${mails.length === 1 ? 'email' : 'emails'}, ${unread} unread`
  byId('read-all').hidden = unread === 0
  byId('delete-all').hidden = mails.length === 0 || query.value !== ''
  const empty = byId('empty')
  empty.hidden = mails.length > 0
  const [title, text] = query.value
    ? ['No emails match.', 'Every word must appear in the sender, recipient, subject or text.']
    : ['No emails yet.', 'Whatever this server sends shows up here by itself. Nothing leaves this machine.']
  empty.replaceChildren(element('strong', {}, title), text)
}

async function openWanted(): Promise<void> {
  const id = wanted()
  document.body.classList.toggle('reading', id !== undefined)
  showList(mails, id)
  if (id === shown) return
  shown = id
  if (id === undefined) return showHint()
  const mail = await readMessage(id).catch(() => undefined)
  if (id !== wanted()) return
  if (mail === undefined) return showGone()
  showMail(mail, { goBack, remove: () => void remove(id) })
  byId('mail').scrollTop = 0
  await markRead(id)
}

function goBack(): void {
  const id = wanted()
  history.pushState(null, '', location.pathname)
  void openWanted()
  focusOn(id)
}

async function remove(id: string): Promise<void> {
  const at = mails.findIndex(({ ID }) => ID === id)
  const next = mails[at + 1] ?? mails[at - 1]
  await deleteMails(id)
  goBack()
  await refresh()
  focusOn(next?.ID)
}

const keys: Readonly<Record<string, (event: KeyboardEvent) => void>> = {
  j: () => moveFocus(1),
  ArrowDown: () => moveFocus(1),
  k: () => moveFocus(-1),
  ArrowUp: () => moveFocus(-1),
  '/': () => query.select(),
  Escape: goBack,
}

document.addEventListener('keydown', (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey) return
  const isTyping = target === query
  if (isTyping && key !== 'Escape' && key !== 'ArrowDown') return
  // The arrow keys scroll a panel and switch tabs.
  if (key.startsWith('Arrow') && (target as Element).closest('[role=tabpanel], [role=tab]')) return
  const act = keys[key]
  if (act === undefined) return
  event.preventDefault()
  if (isTyping && key === 'Escape') {
    query.value = ''
    void refresh()
  }
  act(event)
})

query.form?.addEventListener('submit', (event) => {
  event.preventDefault()
  moveFocus(1)
})
query.addEventListener('input', () => void refresh())
byId('read-all').addEventListener('click', () => void markRead(...mails.map(({ ID }) => ID)))
byId('delete-all').addEventListener('click', () => {
  if (confirm('Delete all emails?')) void deleteMails().then(goBack)
})
addEventListener('hashchange', () => void openWanted())
addEventListener('popstate', () => void openWanted())

/** A hidden tab keeps no connection: browsers allow six to one server. */
let news: EventSource | undefined
function listen(): void {
  news?.close()
  news = undefined
  if (document.hidden) return
  news = new EventSource('/dev/inbox/news')
  // Also fires after a restart, when the page may have missed changes.
  news.addEventListener('open', () => void refresh())
  news.addEventListener('change', () => void refresh())
  news.addEventListener('error', () => void refresh())
}
document.addEventListener('visibilitychange', listen)

query.value = new URLSearchParams(location.search).get('query') ?? ''
await refresh()
await openWanted()
listen()
