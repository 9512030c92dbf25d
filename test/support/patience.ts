import { vi } from 'vitest'

/** A second, which is usual, is too short where four files share two cores; who waits for a condition need not be told when to stop. */
const patienceMs = 10_000

const { waitFor } = vi
vi.waitFor = (check, options) =>
  waitFor(check, typeof options === 'number' ? options : { timeout: patienceMs, ...options })
