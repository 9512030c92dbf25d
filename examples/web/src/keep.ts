import { element, unseen } from './elements.ts'
import { say } from './status.ts'

// Ways to keep what is shown once.

export const copyButton = (what: string, text: string): HTMLElement =>
  element('button', { type: 'button', class: 'quiet', click: () => copy(text) }, 'Copy', unseen(` ${what}`))

/** Without a secure connection, or the person's leave, no page can. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    say('Copied.')
  } catch {
    say('This browser does not allow copying here. Please select the text and copy it yourself.')
  }
}

export function download(name: string, content: string, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  element('a', { href: url, download: name }).click()
  URL.revokeObjectURL(url)
}
