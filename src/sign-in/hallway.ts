import { accessTokenHallway } from '../access-tokens/hallway.ts'
import { invitationHallway } from '../invitations/hallway.ts'
import { mailedCodeHallway } from '../mailed-codes/hallway.ts'
import { oauthHallway } from '../oauth/hallway.ts'
import { passkeyHallway } from '../passkeys/hallway.ts'
import { passwordHallway } from '../password/hallway.ts'
import { totpHallway } from '../totp/hallway.ts'
import type { Room } from './room.ts'

/** What each folder adds to signing in, one line per folder. */
export const rooms = [
  accessTokenHallway,
  passwordHallway,
  totpHallway,
  oauthHallway,
  invitationHallway,
  mailedCodeHallway,
  passkeyHallway,
] as const satisfies readonly Room[]
