/** The message from the API to a process that decodes pictures. */
export type DecodeOrder = { readonly bytes: Uint8Array; readonly mostPixelsAside: number }

/** Why bytes do not become a picture. */
export type PictureProblem = 'unsupported' | 'broken' | 'too large'

/** The picture as WebP, or why there is none. */
export type Decoded = Uint8Array | PictureProblem
