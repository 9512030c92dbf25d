import { setTimeout as sleep } from 'node:timers/promises'

const stepMs = 250

/**
 * Lets an act end, well or badly, only at a multiple of a quarter second, so that the time it took does not tell what it
 * found: the last words of an SMTP conversation differ between a mail and a mere probe [TH6].
 */
export async function evenTime<Result>(act: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now()
  try {
    return await act()
  } finally {
    const tookMs = performance.now() - startedAt
    await sleep(Math.ceil(tookMs / stepMs) * stepMs - tookMs)
  }
}
