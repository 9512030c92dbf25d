import type { ErrorTable } from '../errors/table.ts'

export const eventStreamErrors = {
  'eventstream:publish_failed': {
    status: 503,
    title: 'Event publish failed',
    description:
      'the event stream does not take the event: the change is rolled back, nothing is half done; also unban, roles/grant, roles/revoke',
  },
} as const satisfies ErrorTable<'eventstream'>
