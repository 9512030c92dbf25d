import type { Browser, Page, Route } from 'playwright-core'
import type { Method } from '../../src/client/client.ts'
import { type FoundRoute, findRoute } from '../../src/client/find-route.ts'
import { type Successes, testingFetch } from '../../src/client/testing.ts'
import type { Flow } from './flow.ts'

const patienceMs = 45_000
const viewport = { width: 420, height: 720 }

type Options = {
  readonly browser: Browser
  /** The language that the browser asks for. */
  readonly locale?: string | undefined
  readonly forceToken?: string | undefined
}

export type Stage = {
  readonly page: Page
  /** From now on the flow's call is answered so; settles once it is. */
  force(code: string | undefined): { readonly answered: () => Promise<void> }
  [Symbol.asyncDispose](): Promise<void>
}

/** A browser of its own, whose calls are answered by the flow, or by the server. */
export async function openStage(options: Options, flow: Flow): Promise<Stage> {
  const { browser, forceToken, locale = 'en-GB' } = options
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce', locale })
  context.setDefaultTimeout(patienceMs)
  let [code, answer] = [undefined as string | undefined, Promise.withResolvers<void>()]

  async function handle(route: Route): Promise<void> {
    const request = route.request()
    const found = findRoute({ method: request.method(), url: request.url() })
    const name = found && `${found.method} ${found.path}`
    const wanted = name === flow.call ? code : flow.refused?.[name as keyof typeof flow.refused]
    if (wanted === undefined) return giveAnswer(route, flow.given ?? {}, found)
    const token = forceToken && { 'x-postern-force-token': forceToken }
    const response = await route.fetch({ headers: { ...request.headers(), 'x-postern-force': wanted, ...token } })
    await route.fulfill({ response })
    if (name !== flow.call) return
    if (response.headers()['x-postern-forced'] === '1') answer.resolve()
    else answer.reject(new Error(`the server forces nothing: it answered ${response.status()}`))
  }
  await context.route(({ pathname }) => pathname.startsWith('/v0/'), handle)
  return {
    page: await context.newPage(),
    force(wanted) {
      code = wanted
      answer = Promise.withResolvers<void>()
      const { promise, reject } = answer
      // It may fail before somebody waits for it.
      promise.catch(() => undefined)
      const answered = async (): Promise<void> => {
        const late = new Error(`${flow.call} was not called within ${patienceMs / 1000} s`)
        const timer = setTimeout(() => reject(late), patienceMs)
        await promise.finally(() => clearTimeout(timer))
      }
      return { answered }
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** As the flow says, else by the server. */
async function giveAnswer(route: Route, given: Successes, found: FoundRoute | undefined): Promise<void> {
  const isGiven = found !== undefined && found.path in (given[found.method as Method] ?? {})
  if (!isGiven) return route.continue()
  const request = route.request()
  const response = await testingFetch(given)(new Request(request.url(), { method: request.method() }))
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  })
}
