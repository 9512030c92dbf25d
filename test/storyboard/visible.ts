import type { Page } from 'playwright-core'

/** What can be read on the page, a line a block: nothing for screen readers alone, no words in fields. */
const readLines = `(() => {
  const lines = new Map()
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const { parentElement: parent, data } = texts.currentNode
    if (data.trim() === '' || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(texts.currentNode)
    const { width, height } = range.getBoundingClientRect()
    const box = parent.getBoundingClientRect()
    if (width <= 1 || height <= 1 || box.width <= 1 || box.height <= 1) continue
    const block = parent.closest('p, li, h1, h2, h3, h4, div, button, label, td, dd, dt, legend, figcaption') ?? parent
    lines.set(block, (lines.get(block) ?? '') + data)
  }
  return [...lines.values()].map((line) => line.replace(/\\s+/g, ' ').trim())
})()`

export const visibleLines = (page: Page): Promise<readonly string[]> => page.evaluate<readonly string[]>(readLines)

const longestWaitMs = 5000

/** Nothing was changed for 150 ms, but for the digits of a countdown, and nothing says that it is busy. */
const isQuiet = `(() => {
  const read = () => document.body.innerText.replace(/\\p{Nd}/gu, '0') + document.activeElement.outerHTML
  const now = performance.now()
  const isBusy = document.querySelector('[aria-busy="true"]') !== null
  const seen = read()
  if (isBusy || seen !== window.seenBefore) Object.assign(window, { seenBefore: seen, seenSince: now })
  return now - window.seenSince >= 150
})()`

/** Once nothing more changes, or after five seconds. */
export async function settledLines(page: Page): Promise<readonly string[]> {
  const started = performance.now()
  while (!(await page.evaluate<boolean>(isQuiet)) && performance.now() - started < longestWaitMs)
    await page.waitForTimeout(50)
  return visibleLines(page)
}

/** Those of the settled lines that are looked for; where there are none they are waited for, five seconds again. */
export async function settledLinesWith(page: Page, isWanted: (line: string) => boolean): Promise<readonly string[]> {
  const started = performance.now()
  for (;;) {
    const found = (await settledLines(page)).filter(isWanted)
    if (found.length > 0 || performance.now() - started > longestWaitMs) return found
  }
}

/** Words that make sense to a person: not a code, not a number, not a single word on a button. */
export const isSentence = (line: string): boolean => /\p{L}{2,}[\p{P}]*\s+\p{L}/u.test(line) && !/^\S+:\S+$/.test(line)
