import { z } from 'zod'
import { rooms } from './hallway.ts'

/** Every way to prove again who is signed in. */
export const reproofs = rooms.flatMap((room) => ('reproof' in room ? [room.reproof] : []))

export type AnyReproof = (typeof reproofs)[number]

/** Those that may change the address of the account. */
export const addressReproofs = reproofs.flatMap((one) => ('emailChange' in one ? [one] : []))

export type AnyAddressReproof = (typeof addressReproofs)[number]

/** As the field of its proof let it through, which no type of a union says. */
export type Given = never

/** Which of these was sent, and what. */
export const findGiven = <By>(
  among: readonly By[],
  body: Readonly<Record<string, unknown>>,
  nameOf: (by: By) => string,
) =>
  among.flatMap((by) => {
    const given = body[nameOf(by)]
    return given === undefined ? [] : [{ by, given: given as Given }]
  })

/** For whoever sent none of them, or more than one. */
export const listNames = (names: readonly string[]): string => new Intl.ListFormat('en-GB').format(names)

/** Of these exactly one is sent. */
export const reproofBody = z
  .object(Object.fromEntries(reproofs.map(({ name, field }) => [name, field])))
  .meta({ minProperties: 1 })

export const addressReproofFields = Object.fromEntries(addressReproofs.map(({ name, field }) => [name, field]))

/** Of these one at most. */
export const deletionBody = z.object(Object.fromEntries(reproofs.map(({ deletion, field }) => [deletion.name, field])))
