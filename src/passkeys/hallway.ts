import { passkeyOpenings } from './opens-account.ts'
import { passkeyReproof } from './reproof.ts'
import { passkeyWaysIn } from './way-in.ts'

export const passkeyHallway = { waysIn: passkeyWaysIn, reproof: passkeyReproof, openings: passkeyOpenings }
