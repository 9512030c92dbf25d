import { availableParallelism } from 'node:os'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { routes } from '../../src/client/codes.ts'
import type { Flow } from './flow.ts'
import { openStage, type Stage } from './stage.ts'
import { isSentence, settledLines, settledLinesWith, visibleLines } from './visible.ts'

/** One error, and what the page made of it. */
export type Scene = {
  readonly flow: string
  readonly call: string
  readonly code: string
  /** What is there to read that was on no page before; none where the error shows nothing. */
  readonly sentences: readonly string[]
  /** What axe has against the page. */
  readonly violations: readonly string[]
  /** Why there is no answer to look at. */
  readonly failure?: string
  /** WebP in base64; empty if the page gave none. */
  readonly picture: string
}

type Options = {
  readonly browser: Browser
  /** Of the front end. */
  readonly url: string
  readonly flows: readonly Flow[]
  readonly onScene?: (scene: Scene) => void
  readonly forceToken?: string | undefined
  /** The language of the browser. */
  readonly locale?: string | undefined
  /** Whether each code is seen once, in the first flow that has it, and not in every one. */
  readonly isShort?: boolean
  /** Whether what can be read is as it should be, as in the language. */
  readonly isRight?: (line: string) => boolean
}

/**
 * Walks each flow once for each code that its call declares, which the server is made to answer. A sentence counts where
 * no page of any flow shows it while all is well.
 */
export async function walk(options: Options): Promise<readonly Scene[]> {
  const { browser, url, flows, onScene, forceToken, locale, isShort = false, isRight = isSentence } = options
  const open = (flow: Flow) => openStage({ browser, forceToken, locale }, flow)
  const calm = new Set<string>()
  // One that is refused on the way begins with what a refusal shows.
  const calmFlows = flows.filter(({ refused }) => refused === undefined)
  await sideBySide(calmFlows, async (flow) => {
    await using stage = await open(flow)
    await arrive(url, flow, stage.page)
    for (const line of await settledLines(stage.page)) calm.add(line)
  })
  const judge = violationFinder()
  const scenes = await sideBySide(isShort ? withoutRepeats(flows) : flows.map(withAll), async ({ flow, codes }) => {
    await using stage = await open(flow)
    const ofFlow: Scene[] = []
    for (const code of codes) {
      const seen = await play(stage, { flow, code, calm, url, judge, isRight })
      const scene = { flow: flow.name, call: flow.call, code, ...seen }
      ofFlow.push(scene)
      onScene?.(scene)
    }
    return ofFlow
  })
  return scenes.flat()
}

/** A page waits for its texts to settle about as long as it works. */
const atOnce = 2 * availableParallelism()

/** Returns the results in the order of what they are of. */
export async function sideBySide<One, Result>(
  all: readonly One[],
  act: (one: One) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const rest = all.entries()
  const work = async (): Promise<void> => {
    for (const [index, one] of rest) results[index] = await act(one)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return results
}

export const codesOfCall = (call: string): readonly string[] =>
  routes.find(({ method, path }) => `${method} ${path}` === call)?.codes ?? []

const withAll = (flow: Flow) => ({ flow, codes: codesOfCall(flow.call) })

function withoutRepeats(flows: readonly Flow[]) {
  const known = new Set<string>()
  return flows.map((flow) => {
    const codes = codesOfCall(flow.call).filter((code) => !known.has(code))
    for (const code of codes) known.add(code)
    return { flow, codes }
  })
}

export async function arrive(url: string, { at, open }: Flow, page: Page): Promise<void> {
  await page.goto('about:blank')
  await page.goto(new URL(at, url).href)
  await settledLines(page)
  await open?.(page)
}

type Play = {
  readonly flow: Flow
  readonly code: string
  readonly calm: ReadonlySet<string>
  readonly url: string
  readonly judge: (page: Page) => Promise<readonly string[]>
  readonly isRight: (line: string) => boolean
}

type Seen = Omit<Scene, 'flow' | 'call' | 'code'>

async function play(stage: Stage, { flow, code, calm, url, judge, isRight }: Play): Promise<Seen> {
  const { page } = stage
  try {
    // What a page asks for by itself is answered on the way.
    const early = flow.act ? undefined : stage.force(code)
    if (flow.act) stage.force(undefined)
    await arrive(url, flow, page)
    const before = new Set(flow.act ? await visibleLines(page) : [])
    const forced = early ?? stage.force(code)
    await flow.act?.(page)
    await forced.answered()
    const isOfError = (line: string): boolean => !calm.has(line) && !before.has(line) && isRight(line)
    const sentences = await settledLinesWith(page, isOfError)
    return { sentences, violations: await judge(page), picture: await takePicture(page) }
  } catch (error) {
    // Of a page that hangs there is no picture either; the others are still worth a look.
    const picture = await takePicture(page).catch(() => '')
    return { sentences: [], violations: [], picture, failure: String(error).split('\n')[0] ?? '' }
  }
}

/** Pages that differ in their words alone are judged once. */
function violationFinder() {
  const known = new Map<string, readonly string[]>()
  return async (page: Page): Promise<readonly string[]> => {
    const markup = await page.evaluate<string>("document.body.outerHTML.replace(/>[^<]+</g, '><')")
    const key = markup.replace(/\d+/g, '0')
    const found = known.get(key) ?? (await findViolations(page))
    known.set(key, found)
    return found
  }
}

async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  type Found = { readonly violations: readonly { readonly id: string; readonly help: string }[] }
  const { violations } = await page.evaluate<Found>("axe.run({ resultTypes: ['violations'] })")
  return violations.map(({ id, help }) => `${id}: ${help}`)
}

async function takePicture(page: Page): Promise<string> {
  const whole = await page.screenshot({ animations: 'disabled' })
  return (await sharp(whole).resize({ width: 280 }).webp({ quality: 60 }).toBuffer()).toString('base64')
}
