import { accessTokenHallway } from '../access-tokens/hallway.ts'
import { mailedCodeHallway } from '../mailed-codes/hallway.ts'
import { oauthHallway } from '../oauth/hallway.ts'
import { passkeyHallway } from '../passkeys/hallway.ts'
import { passwordHallway } from '../password/hallway.ts'
import { totpHallway } from '../totp/hallway.ts'
import type { Room } from './room.ts'

/** What the rooms have a part in of signing in, one line a room. */
export const rooms = [
  accessTokenHallway,
  passwordHallway,
  totpHallway,
  oauthHallway,
  mailedCodeHallway,
  passkeyHallway,
] as const satisfies readonly Room[]
