import type { SunkMail } from '../support/mail-sink.ts'
import type { Trouble } from './history.ts'

/** A mail's row, once everything has calmed down. */
export type MailRow = { readonly id: string; readonly isWaiting: boolean; readonly isSent: boolean }

export type MailJudgement = {
  readonly findings: readonly string[]
  readonly sent: number
  /** Taken by the mail server more than once, under one Message-ID: only a death right after it was taken explains that. */
  readonly repeated: number
}

/** How long after a mail server's last word the row of its mail may wait for its commit. */
const commitWithinMs = 3000
/** A killed PostgreSQL's connections end a moment later, and whoever sends learns of it then. */
const noticedWithinMs = 1000

/**
 * Every mail whose cause was committed was handed over, and once: the only exception that SMTP leaves is a death of who sends, or of the
 * database, between the mail server's word and the commit.
 */
export function checkMails(
  rows: readonly MailRow[],
  taken: readonly SunkMail[],
  troubles: readonly Trouble[],
): MailJudgement {
  const findings: string[] = []
  const takenAt = new Map<string, number[]>()
  for (const { messageId, atMs } of taken) {
    const id = /^<([^@]+)@/.exec(messageId)?.[1] ?? messageId
    takenAt.set(id, [...(takenAt.get(id) ?? []), atMs])
  }
  for (const { id, isWaiting, isSent } of rows) {
    if (isWaiting) findings.push(`mail ${id} is still waiting`)
    if (isSent && !takenAt.has(id)) findings.push(`mail ${id} counts as sent, but never came`)
  }
  const deaths = troubles.filter(({ what }) => /worker|postgres/i.test(what)).map(({ atMs }) => atMs)
  let repeated = 0
  for (const [id, times] of takenAt) {
    if (times.length > 1) repeated += 1
    times.slice(0, -1).forEach((atMs) => {
      if (!deaths.some((death) => death > atMs - noticedWithinMs && death < atMs + commitWithinMs))
        findings.push(`mail ${id} came ${times.length} times, and nothing died at ${atMs}`)
    })
  }
  return { findings, sent: takenAt.size, repeated }
}

export type EventJudgement = { readonly findings: readonly string[]; readonly events: number; readonly posts: number }

/** Every event got its place in the log, once, and was posted to the webhook at least once, under its own id. */
export function checkEvents(
  events: readonly { readonly id: string; readonly positions: number }[],
  posted: readonly string[],
): EventJudgement {
  const known = new Set(posted)
  const findings = events.flatMap(({ id, positions }) => [
    ...(positions === 1 ? [] : [`event ${id} has ${positions} places in the log`]),
    ...(known.has(id) ? [] : [`event ${id} was never posted`]),
  ])
  const ids = new Set(events.map(({ id }) => id))
  for (const id of known) if (!ids.has(id)) findings.push(`event ${id} was posted and is not there`)
  return { findings, events: events.length, posts: posted.length }
}
