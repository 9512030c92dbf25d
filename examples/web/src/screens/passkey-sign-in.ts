import { passkeyCapabilities, signInWithPasskey } from 'postern/client/passkeys'
import { api } from '../api.ts'
import { form } from '../form.ts'
import { text } from '../language.ts'
import { later } from '../later.ts'
import { untilLeft } from '../places.ts'
import { failure } from '../screen.ts'
import { goOn } from './go-on.ts'

/** A button, and passkeys among what the browser offers to fill in; nothing where the browser has none. */
export const passkeySignIn = (isRemembered: () => boolean): HTMLElement =>
  later(ways(isRemembered, untilLeft()), 'button')

async function ways(isRemembered: () => boolean, left: AbortSignal): Promise<Node[]> {
  const { passkeys, autofill } = await passkeyCapabilities()
  if (!passkeys) return []
  const made = button(isRemembered)
  if (autofill) void offer(made, isRemembered, left)
  return [made]
}

const button = (isRemembered: () => boolean): HTMLFormElement =>
  form({
    submit: text('sign_in.passkey'),
    kind: 'quiet',
    send: () => signInWithPasskey(api, { remember_me: isRemembered() }),
    done: (outcome) => goOn(outcome),
  })

/** For as long as the screen stands. What a browser cannot do is not said, as nobody has asked for anything. */
async function offer(beside: Element, remember_me: () => boolean, signal: AbortSignal): Promise<void> {
  const { error } = await signInWithPasskey(api, { mediation: 'conditional', remember_me, signal })
  if (!error) goOn(undefined)
  else if (error.code !== 'client:aborted' && error.from !== 'browser') beside.before(failure(error))
}
