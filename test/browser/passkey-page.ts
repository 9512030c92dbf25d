import { createClient, isOurSide } from '../../src/client/client.ts'
import * as passkeys from '../../src/client/passkeys.ts'
import { createTestingClient } from '../../src/client/testing.ts'

// Runs in Chromium: `postern/client/passkeys` as a page has it.

const tools = { ...passkeys, isOurSide, auth: createClient({ baseUrl: location.origin }), createTestingClient }

declare global {
  /** Set by this script. */
  var passkit: typeof tools
}
globalThis.passkit = tools
