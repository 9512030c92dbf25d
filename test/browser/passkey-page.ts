import { createClient, isOurSide } from '../../src/client/client.ts'
import * as passkeys from '../../src/client/passkeys.ts'
import { createTestingClient } from '../../src/client/testing.ts'

// Runs in Chromium: `postern/client/passkeys` as a page has it.

export const page = `<!doctype html><title>Passkeys</title><link rel="icon" href="data:,">
<input autocomplete="username webauthn"><script type="module" src="/passkeys.js"></script>`

const makeTools = () => {
  const auth = createClient({ baseUrl: location.origin })
  return { ...passkeys, auth, createTestingClient, isOurSide }
}

declare global {
  /** Set by this script. */
  var passkit: ReturnType<typeof makeTools>
}
if ('document' in globalThis) globalThis.passkit = makeTools()
