import { kept, type Rows } from '../db/rows.ts'

export const accessTokenRows = {
  otherwise: {
    refresh_families: 'dead with their sessions, until their time is over',
    refresh_tokens: 'digests alone, dead with their families',
  },
  expired: {
    refresh_tokens: `coalesce(rotated_at, expires_at) < now() - ${kept}`,
    refresh_families: `expires_at < now() - ${kept}`,
  },
  events: ['refresh_reuse_detected'],
} as const satisfies Rows
