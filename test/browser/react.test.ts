import { join } from 'node:path'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { fetchWithCookies } from '../client/support.ts'
import type { TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { mailedToken, newPerson, signUp } from '../support/people.ts'
import { page as pageOf, Who } from './react-page.ts'
import { openPage, startExample } from './support.ts'

// `postern/react` in real React, in Strict Mode, in a browser, against the real server and against `postern/testing`.

let app: TestApp
let browser: Browser
let script: string
let tab: Page
let complaints: string[]
/** Of the session. */
let asked: string[]

beforeAll(async () => {
  const bundled = build({
    entryPoints: [join(import.meta.dirname, 'react-page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"development"' },
  })
  const [built, ...opened] = await Promise.all([bundled, openChromium(), startExample()])
  script = built.outputFiles[0]?.text ?? ''
  ;[browser, app] = opened
}, 600_000)
afterAll(async () => {
  await browser.close()
  await app.close()
})

const html = (rendered: string) =>
  `<!doctype html><title>React</title><link rel="icon" href="data:,"><div id="page">${rendered}</div>
<script type="module" src="/react.js"></script>`

beforeEach(async () => {
  complaints = []
  asked = []
  tab = await openPage(browser, complaints)
  tab.on('console', (message) => {
    if (message.type() === 'error' && message.text().startsWith('Failed to load')) complaints.push(message.text())
  })
  tab.on('request', (request) => void (request.url().endsWith('/v0/auth/session') && asked.push(request.method())))
  await tab.route('**/react.js', (route) => route.fulfill({ body: script, contentType: 'text/javascript' }))
  await visit()
})

/** A page at the server's own origin. */
async function visit(rendered = ''): Promise<void> {
  await tab.route('**/react', (route) => route.fulfill({ body: html(rendered), contentType: 'text/html' }))
  await tab.goto(`${app.origin}/react`)
  await tab.waitForFunction('"kit" in globalThis')
}

/** Somebody who can sign in from this browser without a mailed link. */
async function knownPerson() {
  const person = await signUp(app, newPerson())
  const token = await mailedToken(app, person.email)
  await tab.evaluate(
    async (body) => {
      const auth = kit.createClient({ baseUrl: location.origin })
      await auth.verifyEmail({ body })
      await auth.signOut()
    },
    { token },
  )
  return person
}

describe('useSession', () => {
  test('loading, then guest, without a word in the console; signed in and out by refresh [FD83]', async () => {
    const { email, password, handle } = await knownPerson()
    const seen = await tab.evaluate(
      async (body) => {
        const auth = kit.createClient({ baseUrl: location.origin })
        const { states, current, unmount } = await kit.renderHook(kit.useSession, { auth })
        await kit.until(() => current().status === 'guest')
        await auth.signIn({ body })
        await current().refresh()
        await kit.until(() => current().status === 'signed-in')
        const { session } = current()
        await auth.signOut()
        await current().refresh()
        await kit.until(() => current().status === 'guest')
        unmount()
        return { statuses: [...new Set(states.map(({ status }) => status))], first: states[0]?.status, session }
      },
      { email, password },
    )
    expect(seen).toMatchObject({
      statuses: ['loading', 'guest', 'signed-in'],
      first: 'loading',
      session: { user: { handle }, is_fresh: true, methods: ['password'] },
    })
    expect(complaints).toEqual([])
  })

  test('components share it: one request, and one more when the page comes to the front', async () => {
    await knownPerson()
    asked.length = 0
    const container = await tab.evaluate(async () => {
      const { container } = await kit.hydrate(null)
      window.dispatchEvent(new Event('focus'))
      document.dispatchEvent(new Event('visibilitychange'))
      return container.innerHTML
    })
    expect(container).toBe('<p>guest </p><p>guest </p>')
    await expect.poll(() => asked).toEqual(['GET'])
  })

  test('somebody who signs out elsewhere is a guest once the page is at the front again; the state before stays meanwhile', async () => {
    const { email, password } = await knownPerson()
    const statuses = await tab.evaluate(
      async (body) => {
        const auth = kit.createClient({ baseUrl: location.origin })
        await auth.signIn({ body })
        const { states, current } = await kit.renderHook(kit.useSession, { auth })
        await kit.until(() => current().status === 'signed-in')
        await auth.signOut()
        states.length = 0
        window.dispatchEvent(new Event('focus'))
        await kit.until(() => current().status === 'guest')
        return states.map(({ status }) => status)
      },
      { email, password },
    )
    expect(new Set(statuses)).toEqual(new Set(['guest']))
  })

  test('what a server has asked is the first picture, in HTML too, and no request is made', async () => {
    const person = await signUp(app, newPerson())
    const auth = createClient({ baseUrl: app.origin, fetch: fetchWithCookies() })
    await auth.verifyEmail({ body: { token: await mailedToken(app, person.email) } })
    const session = (await auth.getSession()).data?.session ?? null
    const rendered = renderToString(pageOf(auth, session))
    expect(rendered.replaceAll('<!-- -->', '')).toBe(`<p>signed-in ${person.handle}</p>`.repeat(2))

    await visit(rendered)
    asked.length = 0
    const after = await tab.evaluate(async (initial) => {
      const { container, problems } = await kit.hydrate(initial)
      await new Promise((resolve) => requestIdleCallback(resolve))
      return [container.textContent, ...problems]
    }, session)
    expect(after).toEqual([`signed-in ${person.handle}`.repeat(2)])
    expect([asked, complaints]).toEqual([[], []])
  })

  test('a newer word of the server replaces what was known', async () => {
    const statuses = await tab.evaluate(async () => {
      const { held, fetch } = kit.heldFetch()
      const auth = kit.createClient({ baseUrl: location.origin, fetch })
      const { states, current, render } = await kit.renderHook(kit.useSession, { auth, initial: null })
      await kit.until(() => current().status === 'guest')
      const session = { user: { handle: 'ada_l' } } as never
      render({ initial: session })
      await kit.until(() => current().status === 'signed-in')
      return [...new Set(states.map(({ status }) => status)), held.length]
    })
    expect(statuses).toEqual(['guest', 'signed-in', 0])
  })

  test('failed where nothing is known; later an error beside what is known', async () => {
    const seen = await tab.evaluate(async () => {
      const auth = kit.createTestingClient({ baseUrl: location.origin })
      const stop = auth.force('getSession', 'system:database_error')
      const { current } = await kit.renderHook(kit.useSession, { auth })
      await kit.until(() => current().status === 'failed')
      const first = current().error?.code
      stop()
      await current().refresh()
      await kit.until(() => current().status === 'guest')
      const second = current().error?.code
      auth.force('getSession', 'system:internal_error')
      await current().refresh()
      await kit.until(() => current().error)
      return [first, second, current().status, current().error?.code]
    })
    expect(seen).toEqual(['system:database_error', undefined, 'guest', 'system:internal_error'])
  })

  test('the answer of an older request says nothing any more, and the last one ends with the page', async () => {
    const seen = await tab.evaluate(async () => {
      const { held, fetch } = kit.heldFetch()
      const auth = kit.createClient({ baseUrl: location.origin, fetch })
      const { current, unmount } = await kit.renderHook(kit.useSession, { auth })
      await kit.until(() => held.length === 2)
      const strictMode = held.map(({ request }) => request.signal.aborted)
      void current().refresh()
      await kit.until(() => held.length === 3)
      held[1]?.answer({ session: { user: { handle: 'older' } } })
      held[2]?.answer({ session: null })
      await kit.until(() => current().status === 'guest')
      void current().refresh()
      await kit.until(() => held.length === 4)
      unmount()
      await kit.until(() => held[3]?.request.signal.aborted)
      return { strictMode, status: current().status }
    })
    expect(seen).toEqual({ strictMode: [true, false], status: 'guest' })
  })

  test('says what is missing where there is no provider', () => {
    const alone = () => renderToString(createElement(Who))
    expect(alone).toThrow('useSession needs a <SessionProvider auth={…}> above it')
  })
})

describe('useAction', () => {
  test('pending, then the exact error and its sentence; gone at the next run', async () => {
    const { email, password } = await knownPerson()
    const seen = await tab.evaluate(
      async (person) => {
        const auth = kit.createClient({ baseUrl: location.origin })
        const done: unknown[] = []
        const { states, current } = await kit.renderHook(() =>
          kit.useAction(auth.signIn, { sentence: ({ code }) => `No: ${code}`, onSuccess: (data) => done.push(data) }),
        )
        const refused = await current().run({ body: { ...person, password: 'not the password' } })
        await kit.until(() => !current().pending && current().error)
        const { error, sentence, retryIn } = current()
        const { run } = current()
        states.length = 0
        await run({ body: person })
        await kit.until(() => !current().pending && states.length > 0)
        const between = states.map((one) => [one.pending, one.error?.code, one.sentence])
        return { refused: refused?.error?.code, code: error?.code, sentence, retryIn, between, done: done.length }
      },
      { email, password },
    )
    const code = 'auth:invalid_credentials'
    expect(seen).toMatchObject({ refused: code, code, sentence: `No: ${code}`, retryIn: 0, done: 1 })
    expect(new Set(seen.between.map(([pending]) => pending))).toEqual(new Set([true, false]))
    expect(seen.between.flatMap(([, ...more]) => more).filter((one) => one !== null && one !== undefined)).toEqual([])
  })

  test('problems stand by the names of their fields, the first of each', async () => {
    const errors = await tab.evaluate(async () => {
      const auth = kit.createTestingClient({ baseUrl: location.origin })
      const { current } = await kit.renderHook(() => kit.useAction(auth.signUp))
      const body = { email: 'ada@example.com', handle: 'ada_l', display_name: 'Ada', password: 'short' }
      await current().run({ body })
      await kit.until(() => current().error)
      const real = current().fieldErrors
      const fields = '/email:taken,/password:min_length:12,/password:common'
      auth.force('signUp', 'general:validation_error', { fields, times: 1 })
      await current().run({ body })
      await kit.until(() => current().fieldErrors.email)
      const forced = current().fieldErrors
      current().reset()
      await kit.until(() => !current().error)
      return { real, forced, after: current().fieldErrors }
    })
    const password = { path: '/password', rule: 'min_length', limit: 12 }
    expect(errors).toEqual({
      real: { password },
      forced: { email: { path: '/email', rule: 'taken' }, password },
      after: {},
    })
  })

  test('retryIn counts the seconds down to 0, and the error stays', async () => {
    const seen = await tab.evaluate(async () => {
      const auth = kit.createTestingClient({ baseUrl: 'https://auth.example.com', fetch: kit.testingFetch() })
      auth.force('forgotPassword', 'rate_limit:exceeded', { 'retry-after': 3 })
      const { states, current } = await kit.renderHook(() => kit.useAction(auth.forgotPassword))
      await current().run({ body: { email: 'ada@example.com' } })
      await kit.until(() => current().retryIn === 3)
      states.length = 0
      await kit.until(() => states.length > 0 && current().retryIn === 0)
      return [...new Set(states.map(({ retryIn, error }) => `${retryIn} ${error?.code}`))]
    })
    expect(seen).toEqual([2, 1, 0].map((seconds) => `${seconds} rate_limit:exceeded`))
  })

  test('a second submit does nothing while the first is under way, and pending lasts until onSuccess has ended', async () => {
    const seen = await tab.evaluate(async () => {
      const { held, fetch } = kit.heldFetch()
      const auth = kit.createClient({ baseUrl: location.origin, fetch })
      let finish = (): void => undefined
      const onSuccess = () => new Promise<void>((resolve) => (finish = resolve))
      const { current } = await kit.renderHook(() => kit.useAction(auth.forgotPassword, { onSuccess }))
      const { run } = current()
      const init = { body: { email: 'ada@example.com' } }
      const first = run(init)
      const second = await run(init)
      await kit.until(() => held.length > 0)
      held[0]?.answer({ message: 'done' })
      await kit.until(() => finish.length === 1)
      const pending = current().pending
      const third = await current().run(init)
      finish()
      const answer = await first
      await kit.until(() => !current().pending)
      return { second, third, pending, data: answer?.data, sent: held.length, isStable: current().run === run }
    })
    expect(seen).toEqual({ pending: true, data: { message: 'done' }, sent: 1, isStable: true })
  })

  test('an older run never writes over a newer one; the last ends with its component', async () => {
    const seen = await tab.evaluate(async () => {
      const { held, fetch } = kit.heldFetch()
      const auth = kit.createClient({ baseUrl: location.origin, fetch })
      const done: unknown[] = []
      const onSuccess = (data: unknown) => void done.push(data)
      const { current, unmount } = await kit.renderHook(() => kit.useAction(auth.forgotPassword, { onSuccess }))
      const init = { body: { email: 'ada@example.com' } }
      const older = current().run(init)
      await kit.until(() => held.length === 1)
      current().reset()
      const newer = current().run(init)
      await kit.until(() => held.length === 2)
      held[0]?.answer({ message: 'older' })
      held[1]?.answer({ message: 'newer' })
      const answers = [await older, (await newer)?.data]
      await kit.until(() => !current().pending)
      const last = current().run(init)
      await kit.until(() => held.length === 3)
      unmount()
      await kit.until(() => held[2]?.request.signal.aborted)
      return { answers, last: await last, done, error: current().error }
    })
    expect(seen).toEqual({ answers: [undefined, { message: 'newer' }], done: [{ message: 'newer' }] })
    expect(complaints).toEqual([])
  })

  test("any function that gives a call's answer will do; the caller's signal ends it, and what it throws is thrown", async () => {
    const seen = await tab.evaluate(async () => {
      const { held, fetch } = kit.heldFetch()
      const auth = kit.createClient({ baseUrl: location.origin, fetch })
      const { current } = await kit.renderHook(() =>
        kit.useAction(({ email, signal }: { email: string; signal?: AbortSignal }) => {
          if (email === '') throw new Error('the store is locked')
          return auth.forgotPassword({ body: { email }, ...(signal && { signal }) })
        }),
      )
      const stop = new AbortController()
      const run = current().run({ email: 'ada@example.com', signal: stop.signal })
      await kit.until(() => held.length === 1)
      stop.abort()
      const aborted = (await run)?.error?.code
      const thrown = await current().run({ email: '' }).catch(String)
      await kit.until(() => !current().pending)
      return [aborted, thrown, await held[0]?.request.json()]
    })
    expect(seen).toEqual(['client:aborted', 'Error: the store is locked', { email: 'ada@example.com' }])
  })
})
