import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { entryBytes } from '../../ports/breached-passwords.file.ts'
import { mostEntries, type Ranges, rangeCount, readRange } from './ranges.ts'

type Build = {
  readonly ranges: Ranges
  readonly out: string
  /** Hashes that were seen in breaches less often are left out. */
  readonly minCount: number
  readonly onRange: (entries: number) => void
}

export type Built = {
  readonly entries: number
  /** The range at which an interrupted earlier build was continued; 0 if there was none. */
  readonly continuedAt: number
}

const rangeBytes = mostEntries * entryBytes
const bufferBytes = 8 * rangeBytes

/**
 * Afterwards `out` has the entries of all ranges; it is replaced in one step at the end. Until then they are in a file
 * beside it, named after `minCount` and the set of ranges, which the next build with the same ones continues.
 */
export function buildFile({ ranges, out, minCount, onRange }: Build): Built {
  const part = `${out}.min-${minCount}.${ranges.mark}.part`
  dropOtherParts(part)
  const file = openSync(part, constants.O_RDWR | constants.O_CREAT, 0o644)
  try {
    const { range: continuedAt, size: written } = findEnd(file)
    ftruncateSync(file, written)
    const buffer = Buffer.allocUnsafe(bufferBytes)
    let [size, filled] = [written, 0]
    const flush = (): void => {
      writeAll(file, buffer.subarray(0, filled), size)
      size += filled
      filled = 0
    }
    for (let range = continuedAt; range < rangeCount; range++) {
      const path = ranges.find(range)
      const entries = path === undefined ? 0 : readRange(path, range, minCount, buffer.subarray(filled))
      filled += entries * entryBytes
      if (filled > bufferBytes - rangeBytes) flush()
      onRange(entries)
    }
    flush()
    fsyncSync(file)
    renameSync(part, out)
    syncFolder(dirname(out))
    return { entries: size / entryBytes, continuedAt }
  } finally {
    closeSync(file)
  }
}

/** Of builds with the same `minCount` from other sets of ranges: a folder that was not complete is by now. */
function dropOtherParts(part: string): void {
  const kind = basename(part).replace(/[^.]+\.part$/, '')
  for (const name of readdirSync(dirname(part))) {
    const isPart = name.startsWith(kind) && /^[0-9a-f]{8}\.part$/.test(name.slice(kind.length))
    if (isPart && name !== basename(part)) rmSync(join(dirname(part), name))
  }
}

/**
 * Where to continue a part file: at the start of the last entry's range, which may be incomplete. If the last entries
 * are not in order, the build starts anew.
 */
function findEnd(file: number): { readonly range: number; readonly size: number } {
  const { size } = fstatSync(file)
  const whole = size - (size % entryBytes)
  const tail = Buffer.alloc(Math.min(whole, bufferBytes))
  readSync(file, tail, 0, tail.length, whole - tail.length)
  const entries = Array.from({ length: tail.length / entryBytes }, (_, index) => tail.readUInt32BE(index * entryBytes))
  const last = entries.at(-1)
  if (last === undefined || entries.some((entry, index) => entry < (entries[index - 1] ?? 0)))
    return { range: 0, size: 0 }
  const range = last >>> 12
  const first = entries.findIndex((entry) => entry >>> 12 === range)
  return { range, size: whole - (entries.length - first) * entryBytes }
}

function writeAll(file: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, position + written)
}

/** Makes the rename survive a loss of power. */
function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
