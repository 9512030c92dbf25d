const mostScans = 100

const startOfScan = 0xda
const endOfImage = 0xd9

/**
 * Whether a JPEG has more scans than any picture needs: a decoder goes over all its pixels for each, and a scan takes a hundred bytes. Ten are
 * usual in progressive ones.
 */
export function hasTooManyScans(bytes: Buffer): boolean {
  let scans = 0
  for (let at = nextMarker(bytes, 2); at < bytes.length; at = nextMarker(bytes, at)) {
    const marker = bytes[at + 1]
    if (marker === endOfImage) return false
    if (marker === startOfScan && ++scans > mostScans) return true
    at += hasLength(marker) ? 2 + Math.max(2, lengthAt(bytes, at + 2)) : 2
  }
  return false
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
