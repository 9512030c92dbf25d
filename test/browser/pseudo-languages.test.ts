import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import example from '../storyboard/example.ts'
import type { Flow } from '../storyboard/flow.ts'
import { openStage } from '../storyboard/stage.ts'
import { settledLines } from '../storyboard/visible.ts'
import { arrive, sideBySide } from '../storyboard/walk.ts'
import type { TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { isProof, share } from '../support/long-form.ts'
import { expectAccessible, startExample } from './support.ts'

// Every screen of the example, in languages that show what is not translated, has no room, or does not turn around.

let app: TestApp
let browser: Browser
beforeAll(async () => {
  ;[browser, app] = await Promise.all([openChromium(), startExample({ LOCALES: 'en,ar,en-XA,ar-XB' })])
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
})

/** Most flows begin on a screen that another one has, too. */
const flows: readonly Flow[] = share(example, 6)
const widths = [1280, 320] as const

/** What is cut off or sticks out, for the eye that is: what screen readers alone read has no size. */
const cutOff = `(() => {
  const root = document.documentElement
  const wide = root.scrollWidth > root.clientWidth ? ['the page'] : []
  const isShown = (one) => one.clientWidth > 1 && one.checkVisibility() && !one.closest('.unseen, .skip, select')
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
  const sticksOut = (one) => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > root.clientWidth + 1
    || one.getBoundingClientRect().left < -1
  const found = [...document.body.querySelectorAll('*')].filter((one) => isShown(one) && hasText(one) && sticksOut(one))
  return [...wide, ...found.map((one) => one.outerHTML.slice(0, 120))]
})()`

/** Texts that are as in English: not what people, browsers and providers are called, not codes, not other languages. */
const notTranslated = `(() => {
  const found = []
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const { parentElement: parent, data } = texts.currentNode
    if (parent.closest('bdi, [dir=auto], code, option, .brand, noscript, script')) continue
    const words = data.replace(/\\b(?:Acme|Laptop|Jan|ada@\\S+)\\b/g, '').match(/[A-Za-z]{2,}/g) ?? []
    if (words.length > 0) found.push(data.trim())
  }
  for (const one of document.querySelectorAll('[aria-label], [alt], [title]'))
    for (const name of ['aria-label', 'alt', 'title'])
      if (/[A-Za-z]{2,}/.test(one.getAttribute(name) ?? '')) found.push(name + ': ' + one.getAttribute(name))
  return /[A-Za-z]{2,}/.test(document.title.replace('Postern', '')) ? [...found, document.title] : found
})()`

/** Opens each screen and tells what is wrong with it, by its flow. */
async function walkIn(locale: string, look: (page: Page) => Promise<readonly string[]>): Promise<readonly string[]> {
  const wrong = await sideBySide(flows, async (flow) => {
    await using stage = await openStage({ browser, locale }, flow)
    await arrive(app.origin, flow, stage.page)
    await settledLines(stage.page)
    expect(await stage.page.evaluate('document.documentElement.lang')).toBe(locale)
    const ofFlow = [...(await look(stage.page))]
    for (const width of widths) {
      await stage.page.setViewportSize({ width, height: 720 })
      for (const one of await stage.page.evaluate<string[]>(cutOff)) ofFlow.push(`${width} px: ${one}`)
    }
    return ofFlow.map((one) => `${flow.name}: ${one}`)
  })
  return wrong.flat()
}

test('with longer words nothing is cut off, and nothing is in English', async () => {
  expect(await walkIn('en-XA', (page) => page.evaluate<string[]>(notTranslated))).toEqual([])
}, 1_800_000)

test.each(isProof ? ['ar-XB', 'ar'] : ['ar-XB'])(
  'from right to left (%s) nothing sticks out, and axe has nothing against it',
  async (locale) => {
    const wrong = await walkIn(locale, async (page) => {
      await expectAccessible(page)
      const dir = await page.evaluate<string>('getComputedStyle(document.querySelector("main")).direction')
      return dir === 'rtl' ? [] : [`runs ${dir}`]
    })
    expect(wrong).toEqual([])
  },
  1_800_000,
)

test('what is cut off, sticks out or is not translated is found', async () => {
  const [flow] = flows
  if (flow === undefined) throw new Error('there is no flow')
  await using stage = await openStage({ browser, locale: 'en-XA' }, flow)
  await arrive(app.origin, flow, stage.page)
  await stage.page.evaluate(`document.querySelector('main').insertAdjacentElement('beforeend',
    Object.assign(document.createElement('p'), { textContent: 'Left in English', id: 'narrow' }))`)
  expect(await stage.page.evaluate(notTranslated)).toEqual(['Left in English'])
  expect(await stage.page.evaluate(cutOff)).toEqual([])
  await stage.page.evaluate(
    `Object.assign(document.getElementById('narrow').style, { width: '40px', whiteSpace: 'nowrap' })`,
  )
  expect(await stage.page.evaluate(cutOff)).toEqual([
    '<p id="narrow" style="width: 40px; white-space: nowrap;">Left in English</p>',
  ])
})
