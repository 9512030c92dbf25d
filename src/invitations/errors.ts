import type { ErrorTable } from '../errors/table.ts'

export const invitationErrors = {
  'token:invalid_invitation': {
    status: 400,
    title: 'Invalid invitation',
    description:
      'unknown, accepted, revoked or replaced by a newer one; also if whoever invited is no longer an administrator',
    meaning: 'This invitation makes no account, and will not make one.',
    advice: 'Whoever accepted it already signs in. Otherwise ask the person who invited for a new invitation.',
  },
  'token:expired_invitation': {
    status: 400,
    title: 'Expired invitation',
    description: 'the invitation is past its end',
    meaning: 'The invitation was right, but comes too late; no account was made.',
    advice: 'Ask the person who invited to send it again: the new link is in a new mail.',
  },
} as const satisfies ErrorTable<'token'>
