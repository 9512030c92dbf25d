import { accessTokenEvents } from '../access-tokens/event-types.ts'
import { accountEvents } from '../account/event-types.ts'
import { emailEvents } from '../email/event-types.ts'
import { moderationEvents } from '../moderation/event-types.ts'
import { oauthEvents } from '../oauth/event-types.ts'
import { passwordEvents } from '../password/event-types.ts'
import { sessionEvents } from '../sessions/event-types.ts'
import { signInEvents } from '../sign-in/event-types.ts'
import { signUpEvents } from '../sign-up/event-types.ts'
import { totpEvents } from '../totp/event-types.ts'

/** What happens to an account, one line a room. */
const eventTypes = [
  ...accessTokenEvents,
  ...accountEvents,
  ...emailEvents,
  ...moderationEvents,
  ...oauthEvents,
  ...passwordEvents,
  ...sessionEvents,
  ...signInEvents,
  ...signUpEvents,
  ...totpEvents,
] as const

export type EventType = (typeof eventTypes)[number]
