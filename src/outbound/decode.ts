import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib'

type Decoder = (coded: Buffer, most: { readonly maxOutputLength: number }) => Promise<Buffer>

const [ungzip, unbrotli, unzstd] = [promisify(gunzip), promisify(brotliDecompress), promisify(zstdDecompress)]
const [unzlib, undeflate] = [promisify(inflate), promisify(inflateRaw)]

/** RFC 9110 section 8.4.1, RFC 8878; what calls itself deflate comes with and without zlib's frame. */
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
 * What was coded although nobody asked for it [FD5]: never more than so many bytes, whatever it grows to.
 * @throws where the coding is unknown, the bytes are not in it, or they are too many
 */
export async function decodeContent(bytes: Buffer, codings: string, mostBytes: number): Promise<Buffer> {
  const names = codings.split(',').flatMap((part) => part.trim().toLowerCase() || [])
  if (names.length > mostCodings) throw new Error('it is coded too often')
  let decoded = bytes
  // The last coding was put on last.
  for (const name of names.reverse()) {
    const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
    if (decode === undefined) throw new Error('its coding is unknown')
    if (decoded.length > 0) decoded = await decode(decoded, { maxOutputLength: mostBytes })
  }
  return decoded
}
