import fc from 'fast-check'
import { hostileText } from '../hostile/bodies.ts'

/** JSON that may be changed anywhere. */
export type Json = { [member: string]: unknown }

/** Does to a credential what no browser does. */
export type Damage = {
  readonly name: string
  readonly path: readonly string[]
  /** Of what stood there; nothing: the member is left out. */
  readonly change: (was: unknown) => unknown
}

const members = [
  ['id'],
  ['rawId'],
  ['type'],
  ['response'],
  ['clientExtensionResults'],
  ['__proto__'],
  ...['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject', 'transports'].map(
    (name) => ['response', name],
  ),
]

const deep = 10_000
const nested = (hex: string): string => Buffer.from(hex.repeat(deep), 'hex').toString('base64url')

/** Of another type, of another spelling, too much of it, or not there. */
const values: Readonly<Record<string, (was: unknown) => unknown>> = {
  'left out': () => undefined,
  null: () => null,
  'a number': () => 1e308,
  true: () => true,
  'a list': () => [[], {}],
  'an object': () => ({ toString: 1, length: 1 }),
  'nothing in it': () => '',
  '15 KiB': () => 'A'.repeat(15 * 1024),
  '15 KiB that are no base64url': () => '=+/ '.repeat(15 * 256),
  padded: (was) => `${String(was)}=`,
  'a blank before': (was) => ` ${String(was)}`,
  'bits behind its end': (was) => `${String(was).slice(0, -1)}_`,
  'in base64': (was) => Buffer.from(String(was), 'base64url').toString('base64'),
  'a list of a list of it': (was) => [[was]],
  'CBOR: lists in lists': () => nested('81'),
  'CBOR: lists without an end': () => nested('9f'),
  'CBOR: tags on tags': () => nested('c1'),
  'CBOR: maps in maps': () => Buffer.from('a160'.repeat(5000), 'hex').toString('base64url'),
  'CBOR: of the greatest length': () => Buffer.from('5bffffffffffffffff', 'hex').toString('base64url'),
  'CBOR: a map of the greatest length': () => Buffer.from('bbffffffffffffffff', 'hex').toString('base64url'),
  'JSON: lists in lists': () => Buffer.from('['.repeat(deep)).toString('base64url'),
  'JSON: a challenge of another type': () => Buffer.from('{"challenge":{},"type":[],"origin":1}').toString('base64url'),
}

const named = fc.constantFrom(...Object.entries(values)).map(([name, change]) => ({ name, change }))

const text = hostileText.map((one) => ({ name: 'hostile text', change: () => one }))

/** Bytes of it changed, put in between, or cut off. */
const bytes = fc
  .record({ at: fc.nat(), by: fc.uint8Array({ maxLength: 12 }), cut: fc.nat(12) })
  .map(({ at, by, cut }) => ({
    name: `${cut} bytes from ${at} on are ${Buffer.from(by).toString('hex') || 'gone'}`,
    change: (was: unknown) => {
      const all = Buffer.from(typeof was === 'string' ? was : '', 'base64url')
      const start = all.length === 0 ? 0 : at % all.length
      return Buffer.concat([all.subarray(0, start), by, all.subarray(start + cut)]).toString('base64url')
    },
  }))

/** The same in the object that the text holds, which is all that a browser says of a ceremony. */
const saidAs = (member: string, value: unknown) => (was: unknown) => {
  // Without a text there is nothing to parse.
  const said = JSON.parse(Buffer.from(typeof was === 'string' ? was : '', 'base64url').toString())
  return Buffer.from(JSON.stringify({ ...said, [member]: value })).toString('base64url')
}

const clientData: fc.Arbitrary<Damage> = fc
  .tuple(
    fc.constantFrom('type', 'challenge', 'origin', 'crossOrigin', 'topOrigin', 'tokenBinding', '__proto__'),
    fc.oneof(fc.constantFrom(null, 1, true, [], {}, '', 'A'.repeat(9000)), hostileText),
  )
  .map(([member, value]) => ({
    name: `it says ${member} ${JSON.stringify(value).slice(0, 40)}`,
    path: ['response', 'clientDataJSON'],
    change: saidAs(member, value),
  }))

const anywhere: fc.Arbitrary<Damage> = fc
  .tuple(fc.constantFrom(...members), fc.oneof({ weight: 4, arbitrary: named }, text, { weight: 2, arbitrary: bytes }))
  .map(([path, one]) => ({ path, ...one }))

export const damages = fc.array(fc.oneof({ weight: 5, arbitrary: anywhere }, clientData), {
  minLength: 1,
  maxLength: 2,
})

/** A copy with that done to it, one after the other. */
export function damaged(credential: Json, all: readonly Damage[]): Json {
  const copy = structuredClone(credential)
  for (const { path, change } of all) {
    const [outer, inner] = path
    const holder = inner === undefined ? copy : (copy[outer ?? ''] as Json | undefined)
    const member = inner ?? outer ?? ''
    // What went before it may have taken that away.
    if (typeof holder !== 'object' || holder === null) continue
    try {
      // Even `__proto__` is a member of the JSON then.
      const value = change(holder[member])
      Object.defineProperty(holder, member, { value, enumerable: true, configurable: true, writable: true })
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return copy
}
