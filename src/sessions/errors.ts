import type { ErrorTable } from '../errors/table.ts'

export const sessionErrors = {
  'session:invalid_user_id': {
    status: 401,
    title: 'Invalid user ID in session',
    description: 'the session refers to a user whose row no longer exists (purged)',
  },
  'session:expired': {
    status: 401,
    title: 'Session expired',
    description: 'idle or absolute lifetime has passed',
  },
  'session:not_found': {
    status: 401,
    title: 'Session not found',
    description: 'a well-formed session token (prefix, length, checksum) that belongs to no session',
  },
} as const satisfies ErrorTable<'session'>
