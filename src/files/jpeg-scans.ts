const mostScans = 100

const startOfScan = 0xda
const endOfImage = 0xd9

/**
 * How a JPEG ends: with its end marker, without one, or only after more scans than any picture needs. The decoder goes
 * over all pixels for each scan, and a scan may take just a hundred bytes; progressive pictures usually have ten.
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

/** Appends the end marker. */
export function endJpeg(bytes: Buffer): Buffer {
  const isHalfMarked = bytes.at(-1) === 0xff
  return Buffer.concat([bytes, Buffer.from(isHalfMarked ? [endOfImage] : [0xff, endOfImage])])
}

/** Finds a 0xff that is followed neither by 0, as in the data of a scan, nor by 0xff, which is padding. */
function nextMarker(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next !== undefined && next !== 0 && next !== 0xff) return at
  }
  return bytes.length
}

/** Restart markers, which stand in the data of a scan, and the start of the image have no length field. */
const hasLength = (marker = 0): boolean => marker !== 1 && (marker < 0xd0 || marker > 0xd8)

const lengthAt = (bytes: Buffer, at: number): number => (at + 2 > bytes.length ? 0 : bytes.readUInt16BE(at))
