import type { Rows } from '../db/rows.ts'

export const eventRows: Rows = {
  otherwise: {
    event_outbox: 'which event is to be told of; what it says is read from the history',
    event_log: 'the order of events, for seven days',
  },
  // A listener whose last event is older than this starts anew.
  expired: { event_log: `created_at < now() - interval '7 days'` },
  sealed: [{ table: 'webhooks', column: 'sealed_secret', purpose: 'webhook', boundTo: 'id' }],
}
