import { type FileHandle, open } from 'node:fs/promises'
import type { BreachedHashes } from './breached-passwords.ts'

/** The file is the first eight bytes of each hash, in ascending order. */
export const entryBytes = 8
const entriesAtOnce = 512
/** Bounds the reads of a look-up. Halving alone takes 31 reads in a file of 2^40 entries. */
const mostReads = 64
const uniformReads = 4

/**
 * A gap at the beginning or end that is wider than this many average gaps means that a part of the file is missing.
 * SHA-1 spreads values evenly, so a complete file has such a gap only with probability e^-64.
 */
const widestGap = 64

/** The file is cut off, or was not made by `breached-passwords build`. */
class BreachedFileError extends Error {}

/**
 * Searches a sorted file by interpolation, in two or three reads of 4 KiB whatever its size, with nothing kept in
 * memory. The file is opened for each look-up, so that a new file that is renamed into its place counts at once.
 */
export function fileHashes(path: string): BreachedHashes {
  let examined = ''
  return {
    has: (sha1) =>
      withFile(path, async (file) => {
        const { ino, size, mtimeMs } = await file.stat()
        const version = [ino, size, mtimeMs].join()
        if (version !== examined) await examine(file, size)
        examined = version
        return find(file, size / entryBytes, sha1.readBigUInt64BE())
      }),
  }
}

async function withFile<Result>(path: string, act: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path)
  try {
    return await act(file)
  } finally {
    await file.close()
  }
}

const everyValue = 2n ** 64n

async function examine(file: FileHandle, size: number): Promise<void> {
  const count = size / entryBytes
  if (count === 0 || !Number.isInteger(count)) throw new BreachedFileError('The file of breached passwords is cut off')
  const [[first = everyValue], [last = 0n]] = await Promise.all([read(file, 0, 1), read(file, count - 1, 1)])
  const missing = Math.max(Number(first), Number(everyValue - last))
  if (missing * count > widestGap * Number(everyValue))
    throw new BreachedFileError('A part of the file of breached passwords is missing')
}

/** The part of the file where the wanted entry may still be, and the values around that part. */
type Part = { start: number; end: number; least: bigint; most: bigint }

async function find(file: FileHandle, count: number, wanted: bigint): Promise<boolean> {
  const part: Part = { start: 0, end: count, least: 0n, most: everyValue - 1n }
  for (let reads = 0; part.start < part.end; reads++) {
    if (reads === mostReads) throw notInOrder()
    const start = startOfReading(part, wanted, reads < uniformReads)
    const values = await read(file, start, Math.min(entriesAtOnce, part.end - start))
    const [first = 0n, last = 0n] = [values[0], values.at(-1)]
    if (!isInOrder([part.least, ...values, part.most])) throw notInOrder()
    if (first <= wanted && wanted <= last) return values.includes(wanted)
    if (wanted < first) Object.assign(part, { end: start, most: first })
    else Object.assign(part, { start: start + values.length, least: last })
  }
  return false
}

const notInOrder = () => new BreachedFileError('The file of breached passwords is not in order')

const isInOrder = (values: readonly bigint[]): boolean =>
  values.every((value, index) => index === 0 || (values[index - 1] as bigint) <= value)

/** Reads around the place expected for evenly spread values, or around the middle if they are not. */
function startOfReading({ start, end, least, most }: Part, wanted: bigint, isUniform: boolean): number {
  const share = isUniform && most > least ? Number(wanted - least) / Number(most - least) : 0.5
  const around = start + Math.floor(share * (end - start)) - entriesAtOnce / 2
  return Math.max(start, Math.min(around, end - entriesAtOnce))
}

async function read(file: FileHandle, start: number, count: number): Promise<bigint[]> {
  const bytes = Buffer.allocUnsafe(count * entryBytes)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start * entryBytes)
  if (bytesRead < bytes.length) throw new BreachedFileError('The file of breached passwords is cut off')
  return Array.from({ length: count }, (_, index) => bytes.readBigUInt64BE(index * entryBytes))
}
