import type { ErrorTable } from '../errors/table.ts'

export const impersonationErrors = {
  'user:impersonated': {
    status: 403,
    title: 'Not while impersonating',
    description:
      'asked by an administrator in the account of a user: an impersonation that may only read changes nothing, and ' +
      'none reaches what opens the account, ends it, exports it or is done in its name to others',
    meaning: 'An administrator is in this account, and may not do this here; nothing was changed.',
    advice: 'Hide or disable what `impersonated_by` of GET /v0/user/me rules out; its owner can do it.',
  },
  'user:impersonation_disabled': {
    status: 403,
    title: 'Impersonation is off',
    description: 'IMPERSONATION is off on this server, which is the default',
    meaning: 'Nobody can enter the account of somebody else on this server.',
    advice: 'Do not offer it. The operator can set IMPERSONATION to event or mail.',
  },
  'token:invalid_impersonation': {
    status: 400,
    title: 'Invalid impersonation',
    description:
      'unknown, used, or older than a minute; also if the impersonation has ended, as with the console session that ' +
      'it was begun from',
    meaning: 'This link opens no account, and will not open one.',
    advice: 'Begin the impersonation anew in the console, and open its link at once.',
  },
} as const satisfies ErrorTable<'user' | 'token'>
