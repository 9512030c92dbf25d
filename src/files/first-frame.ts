const screenBytes = 13
const descriptorBytes = 10
const image = 0x2c
const extension = 0x21
const trailer = Buffer.from([0x3b])
const nothing = Buffer.alloc(0)
/**
 * One transparent pixel: what has any transparency is given an alpha channel by the decoder, else what no frame covers
 * comes out black.
 */
const transparentFrame = Buffer.from('21f9040100000000' + '2c000000000100010000' + '0202440100', 'hex')

/**
 * A GIF with its first frame alone, the end of the file mended where only that is missing; it is transparent where the
 * frame does not cover its canvas, as browsers show it [FD51]. Whatever is not read here is left to the decoder.
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

/** Where its descriptor begins and its data ends. */
function findFirstFrame(gif: Buffer): { readonly at: number; readonly end: number } | undefined {
  let at = screenBytes + colourBytes(gif[10])
  while (gif[at] === extension) at = afterBlocks(gif, at + 2)
  if (gif[at] !== image || at + descriptorBytes >= gif.length) return undefined
  // After the palette a byte says how long codes are.
  const end = afterBlocks(gif, at + descriptorBytes + colourBytes(gif[at + 9]) + 1)
  return end > gif.length + 1 ? undefined : { at, end }
}

const colourBytes = (flags = 0): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0)

/** Past the empty block that ends them; one further than there are bytes where only that is missing. */
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
