import type { ErrorTable } from '../errors/table.ts'

export const eventStreamErrors = {
  'eventstream:publish_failed': {
    status: 503,
    title: 'Event publish failed',
    description:
      'the event stream does not take the event: the change is rolled back, nothing is half done; also unban, ' +
      'roles/grant, roles/revoke',
    meaning: 'The change could not be made known to all servers at once, so it was not made at all.',
    advice: 'Nothing was changed: offer to try again after Retry-After.',
  },
} as const satisfies ErrorTable<'eventstream'>
