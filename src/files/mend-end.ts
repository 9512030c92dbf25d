import { firstFrameOf } from './first-frame.ts'
import { endJpeg, endOfJpeg } from './jpeg-scans.ts'

/** `isMended`: it may lack more than its end, of which a decoder only warns. */
type Mended = { readonly bytes: Buffer; readonly isMended: boolean }

/**
 * A browser shows a picture whole that lacks nothing but what says that it ends there, and so do we [FD51]. Gives
 * nothing where a decoder had better not begin.
 */
export function mendEnd(bytes: Buffer, type: string): Mended | undefined {
  if (type === 'image/gif') return { bytes: firstFrameOf(bytes), isMended: false }
  const end = type === 'image/jpeg' ? endOfJpeg(bytes) : 'marked'
  if (end === 'too many scans') return undefined
  return end === 'open' ? { bytes: endJpeg(bytes), isMended: true } : { bytes, isMended: false }
}
