const line = document.getElementById('status') as HTMLElement
const dismiss = document.getElementById('dismiss') as HTMLButtonElement

/** Time to read it twice. */
const shownMs = 10_000
let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Good news, also for those who cannot see it: the line is always there, and announced when its text changes. It leaves by
 * itself, when it is dismissed, and with the next place; so go there first.
 */
export function say(text: string): void {
  clearTimeout(timer)
  line.textContent = text
  dismiss.hidden = text === ''
  if (text !== '') timer = setTimeout(leave, shownMs)
}

/** Not under the eyes of somebody who is about to dismiss or copy it. */
function leave(): void {
  if (line.parentElement?.matches(':hover, :focus-within')) timer = setTimeout(leave, shownMs)
  else say('')
}

dismiss.addEventListener('click', () => {
  say('')
  // The button that had the focus is gone.
  document.getElementById('main')?.focus()
})
