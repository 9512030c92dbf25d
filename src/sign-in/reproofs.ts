import { z } from 'zod'
import { rooms } from './hallway.ts'

/** Every way to prove again who is signed in. */
export const reproofs = rooms.flatMap((room) => ('reproof' in room ? [room.reproof] : []))

export type AnyReproof = (typeof reproofs)[number]

/** The ways that may also change the account's address. */
export const addressReproofs = reproofs.flatMap((one) => ('emailChange' in one ? [one] : []))

export type AnyAddressReproof = (typeof addressReproofs)[number]

/** The value that the field of its proof let through, which the type of a union cannot say. */
export type Given = never

/** Returns the ones that were sent, each with its value. */
export const findGiven = <By>(
  among: readonly By[],
  body: Readonly<Record<string, unknown>>,
  nameOf: (by: By) => string,
) =>
  among.flatMap((by) => {
    const given = body[nameOf(by)]
    return given === undefined ? [] : [{ by, given: given as Given }]
  })

/** For the refusal of a request that sends none of them, or more than one. */
export const listNames = (names: readonly string[]): string => new Intl.ListFormat('en-GB').format(names)

/** Exactly one of these must be sent. */
export const reproofBody = z
  .object(Object.fromEntries(reproofs.map(({ name, field }) => [name, field])))
  .meta({ minProperties: 1 })

export const addressReproofFields = Object.fromEntries(addressReproofs.map(({ name, field }) => [name, field]))

/** At most one of these may be sent. */
export const deletionBody = z.object(Object.fromEntries(reproofs.map(({ deletion, field }) => [deletion.name, field])))
