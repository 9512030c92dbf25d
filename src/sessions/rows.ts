import { kept, type Rows } from '../db/rows.ts'

export const sessionRows = {
  otherwise: { sessions: 'ended, without program and address: its token can still be told from an unknown one' },
  // By `max_expires_at`, which is indexed: a session that ended early stays longer, but using a session updates no
  // index.
  expired: { sessions: `max_expires_at < now() - ${kept}` },
  events: ['logout', 'session_revoked', 'device_forgotten'],
} as const satisfies Rows
