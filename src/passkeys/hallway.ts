import { passkeyOpenings } from './opens-account.ts'
import { passkeyWaysIn } from './way-in.ts'

export const passkeyHallway = { waysIn: passkeyWaysIn, openings: passkeyOpenings }
