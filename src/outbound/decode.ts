import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'

type Decoder = (coded: Buffer, most: { readonly maxOutputLength: number }) => Promise<Buffer>

const [ungzip, unbrotli, unzstd] = [promisify(gunzip), promisify(brotliDecompress), promisify(zstdDecompress)]
const [unzlib, undeflate] = [promisify(inflate), promisify(inflateRaw)]

/** RFC 9110 section 8.4.1, RFC 8878. Servers send `deflate` with and without zlib's frame. */
const decoders: Readonly<Record<string, Decoder>> = {
  identity: async (coded) => coded,
  gzip: ungzip,
  'x-gzip': ungzip,
  deflate: (coded, most) => (hasZlibFrame(coded) ? unzlib(coded, most) : undeflate(coded, most)),
  br: unbrotli,
  zstd: unzstd,
}

/** RFC 1950 section 2.2. */
const hasZlibFrame = ([first = 0, second = 0]: Buffer): boolean =>
  (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0

const mostCodings = 3

/**
 * Decodes a body that was coded although the request asked for none [FD5]; stops at `mostBytes`, whatever it would grow
 * to.
 * @throws if the coding is unknown, the bytes do not match it, or the result has too many bytes
 */
export async function decodeContent(bytes: Buffer, codings: string, mostBytes: number): Promise<Buffer> {
  const names = codings.split(',').flatMap((part) => part.trim().toLowerCase() || [])
  if (names.length > mostCodings) throw new Error('it is coded too often')
  let decoded = bytes
  // The last coding named was applied last.
  for (const name of names.reverse()) {
    const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
    if (decode === undefined) throw new Error('its coding is unknown')
    if (decoded.length > 0) decoded = await decode(decoded, { maxOutputLength: mostBytes })
  }
  return decoded
}
