import { passwordReproof } from './reproof.ts'
import { passwordWayIn } from './way-in.ts'

export const passwordHallway = { waysIn: passwordWayIn, reproof: passwordReproof }
