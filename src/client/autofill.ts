import {
  forCalls,
  type Given,
  getCredential,
  type PasskeyAnswer,
  type Refused,
  type Steps,
  sendCredential,
} from './ask-passkey.ts'
import type { Authenticator } from './authenticator.ts'
import { aborted } from './browser-error.ts'
import type { CallOptions } from './calls.ts'
import { takeTurn, untilFree } from './passkey-turns.ts'
import { abortWith, sleep } from './wait.ts'

/** A challenge is renewed after this share of its lifetime; the rest is for somebody who is choosing right now. */
const usedShare = 0.8
const restSeconds = 60

/** A page has one autofill at a time. */
let latest: AbortController | undefined

/**
 * Waits until the person chooses a passkey from autofill. It renews its challenge in time, gives way to dialogs and
 * goes on after them, and pauses while the page is hidden. A later autofill ends it.
 */
export async function askInAutofill<Data, Asked extends string, Sent extends string>(
  authenticator: Authenticator,
  options: CallOptions,
  { ask, send }: Steps<Data, Asked, Sent>,
): Promise<PasskeyAnswer<Data, Asked | Sent>> {
  const own = new AbortController()
  const release = abortWith(options.signal, own)
  latest?.abort()
  latest = own
  const given = await untilGiven(authenticator, { ...forCalls(options), signal: own.signal }, ask).finally(release)
  return 'error' in given ? given : sendCredential(send, given, options)
}

/** A refusal to begin is returned; a refusal to renew is waited out, because the person has not asked for anything. */
async function untilGiven<Asked extends string>(
  authenticator: Authenticator,
  init: CallOptions & { readonly signal: AbortSignal },
  ask: Steps<unknown, Asked, string>['ask'],
): Promise<Given | Refused<Asked>> {
  for (let hasBegun = false; ; ) {
    await untilFree()
    await untilSeen(init.signal)
    if (init.signal.aborted) return { error: aborted }
    const given = await takeTurn(init.signal, async (signal, end) => {
      const result = await getCredential(ask, { ...init, signal }, (request) => {
        hasBegun = true
        const stop = callWhenOver(request.timeout * usedShare, end)
        return authenticator.get(request, { mediation: 'conditional', signal }).finally(stop)
      })
      return 'error' in result && signal.aborted ? undefined : result
    })
    if (given === undefined) continue
    if ('credential' in given) return given
    const { error } = given
    if (error.from === 'browser' || error.code === 'client:aborted' || !hasBegun) return given
    await sleep(('retryAfterSeconds' in error && error.retryAfterSeconds) || restSeconds, init.signal)
  }
}

/** Calls after that time by the wall clock, as timers stop while a laptop sleeps. The returned function cancels it. */
function callWhenOver(milliseconds: number, call: () => void): () => void {
  const end = Date.now() + milliseconds
  const timer = setInterval(() => Date.now() >= end && call(), milliseconds / 50)
  return () => clearInterval(timer)
}

async function untilSeen(signal: AbortSignal | undefined): Promise<void> {
  const page = globalThis.document
  while (page?.visibilityState === 'hidden' && !signal?.aborted) {
    await new Promise<unknown>((resolve) => {
      page.addEventListener('visibilitychange', resolve, { once: true })
      signal?.addEventListener('abort', resolve, { once: true })
    })
  }
}
