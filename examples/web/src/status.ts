const line = (): HTMLElement => document.getElementById('status') as HTMLElement

/** Good news, also for who does not look: the line is announced when its text changes. It stays until the next place. */
export function say(text: string): void {
  line().textContent = text
}

/** What was said on the way to a new place belongs to it, so only older news go. */
export function forgetNews(): void {
  const { dataset, textContent } = line()
  if (dataset.shown === textContent) say('')
  dataset.shown = line().textContent ?? ''
}
