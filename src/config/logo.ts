import { readFileSync, statSync } from 'node:fs'

/** A picture that mail programs show. */
export type Logo = {
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif'
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** Base64 makes them 13.7 kB of a mail that must stay below 30 kB, of which the longest text takes 13. */
const mostBytes = 10_000
const [leastAside, mostAside] = [16, 1000]

/** Reads a logo. Returns words that say what is wrong with the file if it is none. */
export function readLogo(file: string): Logo | string {
  try {
    const found = statSync(file)
    if (!found.isFile()) return `${file} is no file`
    if (found.size === 0) return `${file} is empty`
    if (found.size > mostBytes) return `${file} has ${found.size} bytes`
    return recognise(readFileSync(file))
  } catch (error) {
    return `${file} cannot be read, ${(error as NodeJS.ErrnoException).code}`
  }
}

function recognise(bytes: Buffer): Logo | string {
  const format = formats.find(({ begins }) => bytes.subarray(0, begins.length).equals(begins))
  if (format === undefined) return `it is ${nameOf(bytes)}`
  const size = bytes.subarray(-format.ends.length).equals(format.ends) ? format.sizeOf(bytes) : undefined
  if (size === undefined) return 'the picture is not whole'
  const { width, height } = size
  const isFit = [width, height].every((pixels) => pixels >= leastAside && pixels <= mostAside)
  return isFit ? { type: format.type, bytes, width, height } : `the picture has ${width} × ${height} pixels`
}

function nameOf(bytes: Buffer): string {
  if (/<svg\b/i.test(bytes.toString('latin1'))) return 'SVG'
  return bytes.toString('latin1', 8, 12) === 'WEBP' ? 'WebP' : 'none of them'
}

/** For the report of the configuration. */
export const logoMust =
  `name a PNG, JPEG or GIF, which all mail programs show, of ${mostBytes} bytes at most and of ${leastAside} to ` +
  `${mostAside} pixels a side`

type Size = { readonly width: number; readonly height: number }

type Format = {
  readonly type: Logo['type']
  readonly begins: Buffer
  readonly ends: Buffer
  readonly sizeOf: (bytes: Buffer) => Size | undefined
}

const formats: readonly Format[] = [
  {
    type: 'image/png',
    begins: Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
    ends: Buffer.from('\0\0\0\0IEND\xaeB`\x82', 'latin1'),
    sizeOf: (bytes) => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }),
  },
  {
    type: 'image/jpeg',
    begins: Buffer.from([0xff, 0xd8, 0xff]),
    ends: Buffer.from([0xff, 0xd9]),
    sizeOf: sizeOfJpeg,
  },
  ...['GIF87a', 'GIF89a'].map(
    (signature): Format => ({
      type: 'image/gif',
      begins: Buffer.from(signature),
      ends: Buffer.from([0, 0x3b]),
      sizeOf: (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }),
    }),
  ),
]

/** Goes from segment to segment up to the frame's header: ITU-T T.81, annex B. */
function sizeOfJpeg(bytes: Buffer): Size | undefined {
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] ?? 0
    // All frames but those that only have tables.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
  }
  return undefined
}
