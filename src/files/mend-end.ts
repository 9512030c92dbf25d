import { endPng } from './end-png.ts'
import { endWebp } from './end-webp.ts'
import { firstFrameOf } from './first-frame.ts'
import { endJpeg, endOfJpeg } from './jpeg-scans.ts'

/** `isMended`: the end was added, and more may be missing, of which the decoder only warns. */
type Mended = { readonly bytes: Buffer; readonly isMended: boolean }

/**
 * Browsers show a picture in full if only its end marker is missing, so it is accepted here too [FD51]. Returns
 * undefined if decoding would take too long.
 */
export function mendEnd(bytes: Buffer, type: string): Mended | undefined {
  if (type === 'image/gif') return { bytes: firstFrameOf(bytes), isMended: false }
  if (type === 'image/png' || type === 'image/apng') return { bytes: endPng(bytes), isMended: false }
  if (type === 'image/webp') return { bytes: endWebp(bytes), isMended: false }
  const end = endOfJpeg(bytes)
  if (end === 'too many scans') return undefined
  return end === 'open' ? { bytes: endJpeg(bytes), isMended: true } : { bytes, isMended: false }
}
