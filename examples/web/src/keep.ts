import { about, element } from './elements.ts'
import { text } from './language.ts'
import { say } from './status.ts'

// Ways to keep what is shown once.

export const copyButton = (what: string, content: string): HTMLElement =>
  element('button', { type: 'button', class: 'quiet', click: () => copy(content) }, text('action.copy'), about(what))

/** Without a secure connection, or the person's leave, no page can. */
async function copy(content: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(content)
    say(text('said.copied'))
  } catch {
    say(text('said.not_copied'))
  }
}

export function download(name: string, content: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  element('a', { href: url, download: name }).click()
  URL.revokeObjectURL(url)
}
