import type { ErrorTable } from '../errors/table.ts'

export const sessionErrors = {
  'session:invalid_user_id': {
    status: 401,
    title: 'Invalid user ID in session',
    description: 'the session refers to a user whose row no longer exists (purged)',
    meaning: 'The session belonged to an account that no longer exists; its cookie is cleared.',
    advice: 'Forget the token and show the sign-in.',
    clears: 'session_id',
  },
  'session:expired': {
    status: 401,
    title: 'Session expired',
    description: 'idle or absolute lifetime has passed',
    meaning: 'The session was good once and its time is over; its cookie is cleared.',
    advice: 'Forget the token and show the sign-in, then go back to where the user was.',
    clears: 'session_id',
  },
  'session:not_found': {
    status: 401,
    title: 'Session not found',
    description: 'a well-formed session token (prefix, length, checksum) that belongs to no session',
    meaning: 'The token is well formed, but no session has it; its cookie is cleared.',
    advice:
      'Forget the token and show the sign-in. If all users meet it, the client talks to another server or database.',
    clears: 'session_id',
  },
} as const satisfies ErrorTable<'session'>
