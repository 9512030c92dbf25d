import { availableParallelism } from 'node:os'
import { type Argon2, type Argon2Cost, loadArgon2 } from './argon2.ts'

/** Longest time in ms that one hash should take: its sign-in waits for it, and so do all sign-ins behind it. */
const mostMs = 100
const measurements = 5
/**
 * The minimum that OWASP's Password Storage Cheat Sheet accepts for argon2id, then larger memories, as more memory
 * helps more than more passes.
 */
const memoriesKib = [19_456, 32_768, 47_104, 65_536, 98_304, 131_072, 262_144]
const timeCost = 2

type Measured = { readonly cost: Argon2Cost; readonly ms: number }

export type Calibration = {
  readonly library: string
  readonly measured: readonly Measured[]
  readonly recommended: Measured
  readonly concurrency: number
}

/** Measures the cost of hashes on this machine, and recommends the strongest parameters with at most 100 ms. */
export async function calibrate(): Promise<Calibration> {
  const argon2 = await loadArgon2()
  const measured: Measured[] = []
  for (const memoryKib of memoriesKib) {
    const cost = { memoryKib, timeCost }
    const ms = await medianMs(argon2, cost)
    measured.push({ cost, ms })
    if (ms > mostMs) break
  }
  const recommended = measured.findLast(({ ms }) => ms <= mostMs) ?? (measured[0] as Measured)
  return { library: argon2.name, measured, recommended, concurrency: Math.max(1, availableParallelism() - 1) }
}

async function medianMs(argon2: Argon2, cost: Argon2Cost): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < measurements; round++) {
    const startedAt = performance.now()
    await argon2.hash('a password of twenty', cost)
    times.push(performance.now() - startedAt)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(measurements / 2)] as number
}

/** The text for the operator. */
export function describeCalibration({ library, measured, recommended, concurrency }: Calibration): string {
  const { cost, ms } = recommended
  const mib = (kib: number): number => Math.round(kib / 1024)
  return [
    `${library}, one hash at a time, medians of ${measurements}:`,
    ...measured.map(
      (one) => `  ${String(mib(one.cost.memoryKib)).padStart(4)} MiB  ${one.ms.toFixed(1).padStart(6)} ms`,
    ),
    'Recommended for this machine:',
    `  ARGON2_MEMORY_KIB=${cost.memoryKib}`,
    `  ARGON2_TIME_COST=${cost.timeCost}`,
    `  ARGON2_CONCURRENCY=${concurrency}`,
    `About ${Math.floor((1000 / ms) * concurrency)} sign-ins a second, with ` +
      `${mib(cost.memoryKib) * concurrency} MiB for the hashes. Stored hashes are made anew at sign-in.`,
  ].join('\n')
}
