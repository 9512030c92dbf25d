import { z } from 'zod'
import { rooms } from './hallway.ts'

/** Every way to prove again who is signed in. */
export const reproofs = rooms.flatMap((room) => ('reproof' in room ? [room.reproof] : []))

export type AnyReproof = (typeof reproofs)[number]

/** Of these exactly one is sent. */
export const reproofBody = z
  .object(Object.fromEntries(reproofs.map(({ name, field }) => [name, field])))
  .meta({ minProperties: 1 })

/** Of these one at most. */
export const deletionBody = z.object(Object.fromEntries(reproofs.map(({ deletion, field }) => [deletion.name, field])))
