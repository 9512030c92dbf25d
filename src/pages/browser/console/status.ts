import { byId } from './elements.ts'

const line = byId('status')

/** Time to read it twice. */
const shownMs = 10_000
let timer: ReturnType<typeof setTimeout> | undefined

/** Good news, also for those who cannot see it: the line is always there, and announced when its text changes. */
export function say(text: string): void {
  clearTimeout(timer)
  line.textContent = text
  if (text !== '') timer = setTimeout(() => say(''), shownMs)
}
