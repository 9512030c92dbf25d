import type { Room } from '../sign-in/room.ts'
import { listConnections } from './list-connections.ts'
import { oauthOpenings } from './opens-account.ts'
import { connectionWaysIn } from './way-in.ts'

export const oauthHallway = {
  waysIn: connectionWaysIn,
  openings: oauthOpenings,
  exported: { connections: (db, _config, signedIn) => listConnections(db, signedIn) },
} satisfies Room
