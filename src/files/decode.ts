import { fileTypeFromBuffer } from 'file-type'
import type { Sharp, SharpOptions } from 'sharp'
import type { Decoded, DecodeOrder } from './decode-order.ts'
import { mendEnd } from './mend-end.ts'

const mostPixels = 25_000_000
const accepted: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/apng', 'image/gif', 'image/webp'])

// Loaded from node_modules at run time: it has native binaries, which a bundle cannot hold.
const { default: sharp } = await import('sharp')
sharp.cache(false)
sharp.concurrency(1)
// Only these four decoders can be reached, whatever the bytes claim to be.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp'],
})

/**
 * Decodes JPEG, PNG, GIF (its first frame) or WebP and encodes it anew as WebP: rotated as its orientation says,
 * without metadata, at most `mostPixelsAside` on each side [FS1, FS2].
 */
export async function decode({ bytes: sent, mostPixelsAside: aside }: DecodeOrder): Promise<Decoded> {
  const given = Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength)
  const type = await fileTypeFromBuffer(given)
  if (type === undefined) return isMarkup(given) ? 'unsupported' : 'broken'
  if (!accepted.has(type.mime)) return 'unsupported'
  const mended = mendEnd(given, type.mime)
  if (mended === undefined) return 'broken'
  const { bytes, isMended } = mended
  try {
    const { width, height, depth, space, hasProfile } = await sharp(bytes, { limitInputPixels: false }).metadata()
    if (width * height > mostPixels) return 'too large'
    const options = { limitInputPixels: mostPixels, failOn: isMended ? 'warning' : 'error' } as const
    const plain = depth === 'ushort' && hasProfile ? await toEightBits(bytes, aside, { ...options, space }) : bytes
    return await shrink(sharp(plain, options).autoOrient(), aside).webp({ quality: 82 }).toBuffer()
  } catch {
    // The decoders' messages say no more than this.
    return 'broken'
  }
}

const shrink = (picture: Sharp, aside: number): Sharp =>
  picture.resize({ width: aside, height: aside, fit: 'inside', withoutEnlargement: true })

/**
 * Keeps the colour profile and the orientation for the next step: the library applies profiles correctly only to
 * pictures of eight bits, and loses those of others when it turns them, or makes colours of greys [FD50].
 */
const toEightBits = (
  bytes: Buffer,
  aside: number,
  { space, ...options }: SharpOptions & { readonly space: string },
): Promise<Buffer> =>
  shrink(sharp(bytes, { ...options, ignoreIcc: true }), aside)
    .toColourspace(space === 'grey16' ? 'b-w' : 'srgb')
    .keepIccProfile()
    .keepExif()
    .png({ compressionLevel: 1 })
    .toBuffer()

/** SVG and other markup have no signature of their own. */
const isMarkup = (bytes: Buffer): boolean => /^\s*<[?!_\p{L}]/u.test(bytes.subarray(0, 1024).toString('utf8'))
