import { fileTypeFromBuffer } from 'file-type'
import type { Decoded, DecodeOrder } from './decode-order.ts'
import { hasTooManyScans } from './jpeg-scans.ts'

const mostPixels = 25_000_000
const accepted: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/apng', 'image/gif', 'image/webp'])

// It brings binaries of its own, so no bundle holds it.
const { default: sharp } = await import('sharp')
sharp.cache(false)
sharp.concurrency(1)
// No other decoder can be reached, whatever the bytes say they are.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp'],
})

/**
 * Decodes JPEG, PNG, GIF (its first frame) or WebP and encodes it anew as WebP: turned as its orientation says, without metadata,
 * never larger than it is shown [FS1, FS2].
 */
export async function decode({ bytes: sent, mostPixelsAside: aside }: DecodeOrder): Promise<Decoded> {
  const bytes = Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength)
  const type = await fileTypeFromBuffer(bytes)
  if (type === undefined) return isMarkup(bytes) ? 'unsupported' : 'broken'
  if (!accepted.has(type.mime)) return 'unsupported'
  if (type.mime === 'image/jpeg' && hasTooManyScans(bytes)) return 'broken'
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
    if (width * height > mostPixels) return 'too large'
    return await sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error' })
      .autoOrient()
      .resize({ width: aside, height: aside, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer()
  } catch {
    // Its messages come from the decoders and say no more than this.
    return 'broken'
  }
}

/** SVG and its like have no signature of their own. */
const isMarkup = (bytes: Buffer): boolean => /^\s*<[?!a-z]/i.test(bytes.subarray(0, 256).toString('utf8'))
