import { mailboxWayIn } from './way-in.ts'

export const mailedCodeHallway = { waysIn: mailboxWayIn }
