import { fileTypeFromBuffer } from 'file-type'
import type Sharp from 'sharp'

export type ImageKind = 'profile_image' | 'banner_image'

/** What may be sent, in bytes, and how large the stored picture is at most, in pixels. */
export const imageLimits = {
  profile_image: { mostBytes: 4 * 1024 * 1024, mostPixelsAside: 1024 },
  banner_image: { mostBytes: 8 * 1024 * 1024, mostPixelsAside: 2048 },
} as const satisfies Record<ImageKind, object>

/** Why bytes do not become a picture. */
export type ImageProblem = 'unsupported' | 'broken' | 'too large' | 'busy'

const mostPixels = 25_000_000
const deadlineSeconds = 5
const accepted: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/apng', 'image/gif', 'image/webp'])

/** One at a time on one thread, so that hashing and all the rest go on beside it. */
const mostWaiting = 8
const turn = { waiting: 0, last: Promise.resolve() }

let loaded: Promise<typeof Sharp> | undefined

/** With the first picture: the library takes a fifth of the memory of a server that gets none. */
async function loadSharp(): Promise<typeof Sharp> {
  const { default: sharp } = await import('sharp')
  sharp.cache(false)
  sharp.concurrency(1)
  // No other decoder can be reached, whatever the bytes say they are.
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif', 'VipsForeignLoadWebp'],
  })
  return sharp
}

/**
 * Decodes JPEG, PNG, GIF (its first frame) or WebP and encodes it anew as WebP: turned as its orientation says, without metadata,
 * never larger than the kind's limit [FS1, FS2].
 */
export async function toWebp(bytes: Buffer, kind: ImageKind): Promise<Buffer | ImageProblem> {
  const problem = await findProblem(bytes)
  if (problem) return problem
  if (turn.waiting >= mostWaiting) return 'busy'
  turn.waiting++
  const done = turn.last.then(() => encode(bytes, imageLimits[kind].mostPixelsAside))
  turn.last = done.then(
    () => undefined,
    () => undefined,
  )
  return done.finally(() => {
    turn.waiting--
  })
}

async function findProblem(bytes: Buffer): Promise<ImageProblem | undefined> {
  const type = await fileTypeFromBuffer(bytes)
  if (type === undefined) return isMarkup(bytes) ? 'unsupported' : 'broken'
  return accepted.has(type.mime) ? undefined : 'unsupported'
}

/** SVG and its like have no signature of their own. */
const isMarkup = (bytes: Buffer): boolean => /^\s*<[?!a-z]/i.test(bytes.subarray(0, 256).toString('utf8'))

async function encode(bytes: Buffer, aside: number): Promise<Buffer | ImageProblem> {
  loaded ??= loadSharp()
  const sharp = await loaded
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
    if (width * height > mostPixels) return 'too large'
    return await sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error' })
      .timeout({ seconds: deadlineSeconds })
      .autoOrient()
      .resize({ width: aside, height: aside, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer()
  } catch {
    // Its messages come from the decoders and say no more than this.
    return 'broken'
  }
}
