import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { openChromium } from '../support/chromium.ts'
import type { Flow } from './flow.ts'
import { figureOf, isShown, sheet } from './sheet.ts'
import { walk } from './walk.ts'
import { lineFinder } from './words.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://localhost:8080' },
    out: { type: 'string', default: 'storyboard.html' },
    only: { type: 'string' },
    // The example in another language, in whose sentences the errors must be.
    locale: { type: 'string' },
    // Each code in the first flow that has it, and not in every one.
    once: { type: 'boolean', default: false },
  },
})
const file = positionals[0] ? resolve(positionals[0]) : resolve(import.meta.dirname, 'example.ts')
const { default: all } = (await import(pathToFileURL(file).href)) as { readonly default: readonly Flow[] }
const flows = all.filter(({ name }) => name.includes(values.only ?? ''))

const say = (line: string): void => void process.stdout.write(`${line}\n`)
await using stack = new AsyncDisposableStack()
const browser = await openChromium()
stack.defer(() => browser.close())
const scenes = await walk({
  browser,
  url: values.url,
  flows,
  forceToken: process.env.FORCE_TOKEN,
  isShort: values.once,
  ...(values.locale && { locale: values.locale, isRight: lineFinder(values.locale) }),
  onScene: (scene) => {
    const { flow, code, failure, violations } = scene
    if (!isShown(scene)) say(`silent  ${flow}: ${code}${failure ? ` (${failure})` : ''}`)
    for (const one of violations) say(`axe     ${flow}: ${code}: ${one}`)
  },
})
writeFileSync(values.out, sheet(scenes, values.locale))
say(`${figureOf(scenes, values.locale)}\n${resolve(values.out)}`)
process.exitCode = scenes.length > 0 && scenes.every((one) => isShown(one) && one.violations.length === 0) ? 0 : 1
