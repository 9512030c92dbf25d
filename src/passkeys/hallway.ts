import { passkeyReset } from './factor-reset.ts'
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
}
