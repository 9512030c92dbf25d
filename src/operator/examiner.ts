import type { FastifyBaseLogger } from 'fastify'
import { findCautions } from '../config/cautions.ts'
import type { Config } from '../config/config.ts'
import { examine, type Finding } from './doctor.ts'

type Examination = {
  readonly examinedAt: Date
  readonly findings: readonly Finding[]
  /** Of settings that work and have a risk. */
  readonly notes: string[]
}

const freshForMs = 60_000

/** Examines at most once a minute, as that asks every server; whoever asks meanwhile shares it. */
export function examiner({ config, log }: { readonly config: Config; readonly log: FastifyBaseLogger }) {
  let last: { readonly at: number; readonly outcome: Promise<Examination> } | undefined
  const examineNow = async (): Promise<Examination> => {
    const examinedAt = new Date()
    return { examinedAt, findings: await examine(config, undefined, log), notes: findCautions(config) }
  }
  return (): Promise<Examination> => {
    const now = performance.now()
    if (last === undefined || now - last.at >= freshForMs) last = { at: now, outcome: examineNow() }
    return last.outcome
  }
}
