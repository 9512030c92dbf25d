import type { Deps } from '../deps.ts'
import { widestNetworkOf } from '../http/client-address.ts'
import { QueueFullError } from '../waiting/work-queue.ts'
import type { PictureProblem } from './decode-order.ts'

export type ImageKind = 'profile_image' | 'banner_image'

/** The most bytes of an upload, and the longest side of the stored picture in pixels. */
export const imageLimits = {
  profile_image: { mostBytes: 4 * 1024 * 1024, mostPixelsAside: 1024 },
  banner_image: { mostBytes: 8 * 1024 * 1024, mostPixelsAside: 2048 },
} as const satisfies Record<ImageKind, object>

/** Why bytes do not become a picture. */
export type ImageProblem = PictureProblem | 'too slow' | 'busy'

type Sent = { readonly bytes: Buffer; readonly kind: ImageKind; readonly address: string }

/** Makes the WebP that is stored, or says why not. Networks that send pictures take turns. */
export async function toWebp(
  { decoders }: Pick<Deps, 'decoders'>,
  { bytes, kind, address }: Sent,
): Promise<Buffer | ImageProblem> {
  const { mostPixelsAside } = imageLimits[kind]
  try {
    const decoded = (await decoders.decode(widestNetworkOf(address), { bytes, mostPixelsAside })) ?? 'too slow'
    return typeof decoded === 'string' ? decoded : Buffer.from(decoded)
  } catch (error) {
    if (error instanceof QueueFullError) return 'busy'
    throw error
  }
}
