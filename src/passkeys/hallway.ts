import { passkeyOpenings } from './opens-account.ts'
import { passkeyActs } from './operator-acts.ts'
import { passkeyReproof } from './reproof.ts'
import { passkeyWaysIn } from './way-in.ts'

export const passkeyHallway = {
  waysIn: passkeyWaysIn,
  reproof: passkeyReproof,
  openings: passkeyOpenings,
  operatorActs: passkeyActs,
}
