/**
 * Reads a key as COSE writes it: a map of CBOR whose names are numbers, and whose values are numbers and bytes. The key
 * of a passkey may hold nothing else: https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data
 * @throws if it is anything else
 */
export function readCose(bytes: Buffer): ReadonlyMap<number, number | Buffer> {
  const reader = { bytes, at: 0 }
  const [major, size] = readHead(reader)
  if (major !== 5) throw new TypeError('the key is no map')
  const key = new Map<number, number | Buffer>()
  for (let member = 0; member < size; member++) {
    const name = readItem(reader)
    if (typeof name !== 'number' || key.has(name)) throw new TypeError('a name in the key is no number, or is repeated')
    key.set(name, readItem(reader))
  }
  if (reader.at !== bytes.length) throw new RangeError('something follows the key')
  return key
}

type Reader = { readonly bytes: Buffer; at: number }

function readItem(reader: Reader): number | Buffer {
  const [major, value] = readHead(reader)
  if (major === 0) return value
  if (major === 1) return -1 - value
  if (major !== 2) throw new TypeError('a value in the key is neither a number nor bytes')
  const from = reader.at
  reader.at += value
  if (reader.at > reader.bytes.length) throw new RangeError('the key ends early')
  return reader.bytes.subarray(from, reader.at)
}

/** The kind of what follows, and its value or length: RFC 8949, section 3. */
function readHead(reader: Reader): [major: number, value: number] {
  const first = reader.bytes.readUInt8(reader.at++)
  const [major, short] = [first >> 5, first & 31]
  if (short < 24) return [major, short]
  if (short > 26) throw new RangeError('a number in the key is too long')
  const length = 2 ** (short - 24)
  const value = reader.bytes.readUIntBE(reader.at, length)
  reader.at += length
  return [major, value]
}
