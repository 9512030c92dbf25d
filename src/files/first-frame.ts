const screenBytes = 13
const descriptorBytes = 10
const image = 0x2c
const extension = 0x21
const trailer = Buffer.from([0x3b])
const nothing = Buffer.alloc(0)
/**
 * A second frame of one transparent pixel. If a GIF has any transparency, the decoder makes an alpha channel; without
 * one, parts of the canvas that no frame covers would come out black.
 */
const transparentFrame = Buffer.from('21f9040100000000' + '2c000000000100010000' + '0202440100', 'hex')

/**
 * Keeps the first frame of a GIF and mends the file's end if only that is missing. Where the frame does not cover the
 * canvas, the picture is transparent, as in browsers [FD51]. A file that this cannot read is returned as it is, for the
 * decoder to judge.
 */
export function firstFrameOf(gif: Buffer): Buffer {
  const frame = findFirstFrame(gif)
  if (frame === undefined) return gif
  const { at, end } = frame
  return Buffer.concat([
    gif.subarray(0, end),
    Buffer.alloc(end > gif.length ? 1 : 0),
    coversCanvas(gif, at) ? nothing : transparentFrame,
    trailer,
  ])
}

/** Finds where the frame's descriptor begins and its data ends. Returns undefined if more than the end is missing. */
function findFirstFrame(gif: Buffer): { readonly at: number; readonly end: number } | undefined {
  let at = screenBytes + colourBytes(gif[10])
  while (gif[at] === extension) at = afterBlocks(gif, at + 2)
  if (gif[at] !== image || at + descriptorBytes >= gif.length) return undefined
  // The byte after the palette is the code size.
  const end = afterBlocks(gif, at + descriptorBytes + colourBytes(gif[at + 9]) + 1)
  return end > gif.length + 1 ? undefined : { at, end }
}

const colourBytes = (flags = 0): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0)

/** The position after the empty block that ends the data; `gif.length + 1` if only that block is missing. */
function afterBlocks(gif: Buffer, from: number): number {
  let at = from
  while (at < gif.length && gif[at] !== 0) at += 1 + (gif[at] ?? 0)
  return at + 1
}

function coversCanvas(gif: Buffer, at: number): boolean {
  const covers = (offset: 0 | 2) =>
    gif.readUInt16LE(at + 1 + offset) === 0 && gif.readUInt16LE(at + 5 + offset) >= gif.readUInt16LE(6 + offset)
  return covers(0) && covers(2)
}
