import { type FileHandle, open } from 'node:fs/promises'
import type { BreachedHashes } from './breached-passwords.ts'

/** What begins a hash: so much of each is in the file, in order, and nothing else. */
export const entryBytes = 8
const entriesAtOnce = 512
/** By halves alone a file of 2^40 entries would take 31. */
const mostReads = 64
const uniformReads = 4

/**
 * SHA-1 spreads its values evenly: a part without any that is so many times as wide as the usual one is a part that is
 * missing, but once in e^64 files.
 */
const widestGap = 64

/** A file that is cut off, or is none of ours. */
class BreachedFileError extends Error {}

/**
 * A sorted file, found in by interpolation: two or three reads of 4 KiB, whatever its size, and nothing in memory. It
 * is opened each time, so that a file which takes its place by a rename counts from the next question on.
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

/** Where the wanted one may still be, and between which values. */
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

/** Around where it would be if all values were as far apart; where they are not, in the middle. */
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
