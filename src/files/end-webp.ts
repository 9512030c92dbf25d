const headBytes = 12
/** Name and length before a chunk's data; data of odd length is followed by a byte of padding. */
const chunkHeadBytes = 8

/**
 * Mends a WebP that is shorter than its header says: of a moving one, whose later frames are not needed, the chunks
 * that are whole are kept, and a last byte of padding is added.
 */
export function endWebp(webp: Buffer): Buffer {
  if (webp.length < headBytes || webp.readUInt32LE(4) <= webp.length - 8) return webp
  let end = headBytes
  while (end + chunkHeadBytes <= webp.length) {
    const length = webp.readUInt32LE(end + 4)
    if (end + chunkHeadBytes + length > webp.length) break
    end += chunkHeadBytes + length + (length % 2)
  }
  const mended = Buffer.alloc(end)
  webp.copy(mended)
  mended.writeUInt32LE(end - 8, 4)
  return mended
}
