const mostScans = 100

const startOfScan = 0xda
const endOfImage = 0xd9

/**
 * How a JPEG ends: at its mark, without one, or not before it has more scans than any picture needs. A decoder goes
 * over all its pixels for each, and a scan takes a hundred bytes; ten are usual in progressive ones.
 */
export function endOfJpeg(bytes: Buffer): 'marked' | 'open' | 'too many scans' {
  let scans = 0
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, at)) {
    const marker = bytes[at + 1]
    if (marker === endOfImage) return 'marked'
    if (marker === startOfScan && ++scans > mostScans) return 'too many scans'
    at += hasLength(marker) ? 2 + Math.max(2, lengthAt(bytes, at + 2)) : 2
  }
  return 'open'
}

/** With the mark that it ends at. */
export function endJpeg(bytes: Buffer): Buffer {
  const isHalfMarked = bytes.at(-1) === 0xff
  return Buffer.concat([bytes, Buffer.from(isHalfMarked ? [endOfImage] : [0xff, endOfImage])])
}

/** Where 0xff is followed by what is neither 0, as in the data of a scan, nor padding. */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next !== undefined && next !== 0 && next !== 0xff) return at
  }
  return bytes.length
}

/** Restarts, which are in the data of a scan, and the start of an image have none. */
const hasLength = (marker = 0): boolean => marker !== 1 && (marker < 0xd0 || marker > 0xd8)

const lengthAt = (bytes: Buffer, at: number): number => (at + 2 > bytes.length ? 0 : bytes.readUInt16BE(at))
