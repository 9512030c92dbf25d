import { expect, vi } from 'vitest'

/**
 * Only against hanging: who waits for a condition need not be told when to stop, and where four files share two cores
 * what takes a second may take ten. So a wait lasts at least as long as this, whatever a test asks for.
 */
const patienceMs = 45_000

type Patience = { readonly timeout?: number }
const patient = (options: number | Patience = {}) => {
  const { timeout = 0, ...more } = typeof options === 'number' ? { timeout: options } : options
  return { ...more, timeout: Math.max(timeout, patienceMs) }
}

const { waitFor, waitUntil } = vi
vi.waitFor = (check, options) => waitFor(check, patient(options))
vi.waitUntil = (check, options) => waitUntil(check, patient(options))

const { poll } = expect
expect.poll = (check, options) => poll(check, patient(options))
