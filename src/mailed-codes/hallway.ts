import { mailboxWaysIn } from './way-in.ts'

export const mailedCodeHallway = { waysIn: mailboxWaysIn }
