import type { Room } from '../sign-in/room.ts'
import { passkeyReset } from './factor-reset.ts'
import { listPasskeys } from './list.ts'
import { passkeyOpenings } from './opens-account.ts'
import { passkeyActs } from './operator-acts.ts'
import { passkeyReproof } from './reproof.ts'
import { passkeyWaysIn } from './way-in.ts'

export const passkeyHallway = {
  waysIn: passkeyWaysIn,
  reproof: passkeyReproof,
  openings: passkeyOpenings,
  factorReset: passkeyReset,
  operatorActs: passkeyActs,
  exported: {
    passkeys: async (db, config, signedIn) => (await listPasskeys(db, config, signedIn)).passkeys,
  },
} satisfies Room
