/** Does it again and again, so many at a time, until it is enough; the first failure ends all and is thrown once all have ended. */
export async function inLanes(
  lanes: number,
  { isEnough, once }: { readonly isEnough: () => boolean; readonly once: (lane: number) => Promise<void> },
): Promise<void> {
  let hasFailed = false
  const run = async (lane: number): Promise<void> => {
    while (!hasFailed && !isEnough()) {
      await once(lane).catch((error: unknown) => {
        hasFailed = true
        throw error
      })
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: lanes }, (_, lane) => run(lane)))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
