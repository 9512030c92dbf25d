import type { Browser, CDPSession, Page } from 'playwright-core'
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

/** A request that Chromium holds back, or the answer to it. */
type Paused = {
  readonly requestId: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly responseStatusCode?: number
  readonly responseErrorReason?: string
  readonly responseHeaders?: readonly { readonly name: string; readonly value: string }[]
}

/**
 * A browser of its own, whose calls are answered by the flow, or by the server. Chromium itself holds them back:
 * Playwright's routes have every script wait for this process, and switch the cache off.
 */
export async function openStage(options: Options, flow: Flow): Promise<Stage> {
  const { browser, forceToken, locale = 'en-GB' } = options
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce', locale })
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  const chromium = await context.newCDPSession(page)
  let [code, answer] = [undefined as string | undefined, Promise.withResolvers<void>()]

  async function passOn({ requestId, request }: Paused): Promise<void> {
    const found = findRoute(request)
    const name = found && `${found.method} ${found.path}`
    const isWalked = name === flow.call
    const wanted = isWalked ? code : flow.refused?.[name as keyof typeof flow.refused]
    if (wanted === undefined) return giveAnswer(chromium, { requestId, request }, { given: flow.given ?? {}, found })
    const token = forceToken && { 'x-postern-force-token': forceToken }
    const headers = entriesOf({ ...request.headers, 'x-postern-force': wanted, ...token })
    await chromium.send('Fetch.continueRequest', { requestId, headers, interceptResponse: isWalked })
  }
  async function passBack({ requestId, responseStatusCode: status, responseHeaders = [] }: Paused): Promise<void> {
    await chromium.send('Fetch.continueRequest', { requestId })
    const isForced = responseHeaders.some(
      ({ name, value }) => name.toLowerCase() === 'x-postern-forced' && value === '1',
    )
    if (isForced) answer.resolve()
    else answer.reject(new Error(`the server forces nothing: it answered ${status ?? 'nothing'}`))
  }
  chromium.on('Fetch.requestPaused', (paused) => {
    const isAnswer = paused.responseStatusCode !== undefined || paused.responseErrorReason !== undefined
    const passed = isAnswer ? passBack(paused) : passOn(paused)
    passed.catch((error) => isOfLeftPage(error) || answer.reject(error))
  })
  await chromium.send('Fetch.enable', { patterns: [{ urlPattern: '*://*/v0/*' }] })
  return {
    page,
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

/** Nobody waits for what a page asked that was left since. */
const isOfLeftPage = (error: unknown): boolean => /Invalid InterceptionId|has been closed/.test(String(error))

const entriesOf = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([name, value]) => ({ name, value }))

type Known = { readonly given: Successes; readonly found: FoundRoute | undefined }

/** As the flow says, else by the server. */
async function giveAnswer(
  chromium: CDPSession,
  { requestId, request }: Pick<Paused, 'requestId' | 'request'>,
  { given, found }: Known,
): Promise<void> {
  const isGiven = found !== undefined && found.path in (given[found.method as Method] ?? {})
  if (!isGiven) return chromium.send('Fetch.continueRequest', { requestId }).then(() => undefined)
  const response = await testingFetch(given)(new Request(request.url, { method: request.method }))
  const origin = request.headers.Origin
  // A front end of another origin may read it.
  const shared = origin && { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
  await chromium.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status,
    responseHeaders: entriesOf({ ...Object.fromEntries(response.headers), ...shared }),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  })
}
