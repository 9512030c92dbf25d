import { kept, type Rows } from '../db/rows.ts'

export const sessionRows = {
  otherwise: { sessions: 'ended, without program and address: its token can still be told from an unknown one' },
  // By the time that has an index: one that ended early stays longer, and no use of a session has to write an index.
  expired: { sessions: `max_expires_at < now() - ${kept}` },
  events: ['logout', 'session_revoked', 'device_forgotten'],
} as const satisfies Rows
