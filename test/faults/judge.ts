import { setTimeout as sleep } from 'node:timers/promises'
import { checkEvents, checkMails, type MailRow } from './check-deliveries.ts'
import { checkHistory } from './check-history.ts'
import { findingFigures, historyFigures } from './figures.ts'
import { nowMs, type Trouble } from './history.ts'
import type { Stage } from './stage.ts'

const isCalm = `select
  (select count(*)::int from mails where kind = 'message' and payload is not null and expires_at > now()) as mails,
  (select count(*)::int from event_outbox) as events,
  (select count(*)::int from pgboss.job where name in ('deliver-webhook', 'delete-file') and state in ('created', 'retry', 'active')) as jobs`

const longestCalmingMs = 120_000

/** Afterwards no mail, event or job waits. */
export async function untilCalm(stage: Stage): Promise<void> {
  const deadline = nowMs() + longestCalmingMs
  for (;;) {
    const [left] = await stage.rows<Record<string, number>>(isCalm)
    if (Object.values(left ?? {}).every((count) => count === 0)) return
    if (nowMs() > deadline) throw new Error(`after two minutes there is still ${JSON.stringify(left)}`)
    await sleep(100)
  }
}

/** What `judge` finds where all is well. */
export const nothing = { findings: [], mails: [], events: [], ownEnds: [] }

/** What the whole run left behind: the history, the mails, the events, and programs that ended by themselves. */
export async function judge(stage: Stage) {
  const entries = stage.history.read()
  const troubles = entries.filter((entry): entry is Trouble => entry.kind === 'trouble')
  const { findings, happened } = checkHistory(entries)
  const mails = checkMails(await mailRows(stage), stage.mailSink.taken, troubles)
  const events = checkEvents(await eventRows(stage), postedIds(stage))
  const ownEnds = [...stage.apis, stage.worker].flatMap((program) => program.ownEnds)
  return {
    troubles,
    found: { findings, mails: mails.findings, events: events.findings, ownEnds },
    figures: {
      ...historyFigures(entries),
      'unanswered, done whole': happened,
      ...findingFigures(findings),
      'mails sent': mails.sent,
      'mails repeated in the window of SMTP': mails.repeated,
      'mails lost or doubled': mails.findings.length,
      events: events.events,
      'events lost or doubled': events.findings.length,
    },
  }
}

const mailRows = (stage: Stage) =>
  stage.rows<MailRow>(
    'select id, payload is not null as "isWaiting", sent_at is not null as "isSent" from mails where kind = \'message\'',
  )

const eventRows = (stage: Stage) =>
  stage.rows<{ id: string; positions: number }>(
    'select e.id, (select count(*)::int from event_log l where l.event_id = e.id) as positions from security_events e where e.user_id is not null',
  )

const postedIds = (stage: Stage): string[] => stage.webhook.asked.map(({ headers }) => String(headers['webhook-id']))
