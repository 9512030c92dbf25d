import { oauthOpenings } from './opens-account.ts'
import { connectionWaysIn } from './way-in.ts'

export const oauthHallway = { waysIn: connectionWaysIn, openings: oauthOpenings }
