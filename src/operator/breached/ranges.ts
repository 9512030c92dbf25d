import { createHash } from 'node:crypto'
import { closeSync, fstatSync, opendirSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { entryBytes } from '../../ports/breached-passwords.file.ts'
import { OperatorError } from '../../sign-in/operator-error.ts'

/** Ranges, one file each: a range holds the hashes that begin with the five hex digits of its name. */
export const rangeCount = 2 ** 20
const prefixDigits = 5
/** Hex digits after the prefix. An entry keeps the first eleven of them. */
const suffixDigits = 35

/** Bytes of a range's file; those of Have I Been Pwned are far smaller. */
const mostBytes = 1024 * 1024
/** Entries that fit in such a file: a line has at least a suffix, a colon, a digit and a line end. */
export const mostEntries = Math.ceil(mostBytes / (suffixDigits + 3))

export const rangeName = (range: number): string => range.toString(16).toUpperCase().padStart(prefixDigits, '0')

export type Ranges = {
  readonly count: number
  /** The first range without a file. */
  readonly missing: number | undefined
  /** Tells this set of ranges from others, such as that of a folder which more was downloaded to. */
  readonly mark: string
  /** Returns the path of the range's file, or undefined if there is none. */
  find(range: number): string | undefined
}

/** Finds the files of ranges: `00000.txt` to `FFFFF.txt`, as the official downloader writes, or without `.txt`. */
export function findRanges(folder: string): Ranges {
  const isThere = new Uint8Array(rangeCount)
  let end: string | undefined
  let count = 0
  const names = opendirSync(folder, { bufferSize: 1024 })
  try {
    for (let entry = names.readSync(); entry !== null; entry = names.readSync()) {
      const { prefix, ending = '' } = /^(?<prefix>[0-9A-F]{5})(?<ending>\.txt)?$/.exec(entry.name)?.groups ?? {}
      end ??= prefix && ending
      if (prefix === undefined || ending !== end) continue
      isThere[Number.parseInt(prefix, 16)] = 1
      count++
    }
  } finally {
    names.closeSync()
  }
  const missing = isThere.indexOf(0)
  return {
    count,
    missing: missing === -1 ? undefined : missing,
    mark: createHash('sha256').update(isThere).digest('hex').slice(0, 8),
    find: (range) => (isThere[range] ? join(folder, `${rangeName(range)}${end}`) : undefined),
  }
}

const bytes = Buffer.allocUnsafe(mostBytes)

/**
 * Writes the entries of a range with at least `minCount` into `entries`, in order without doubles. Returns how many.
 * @throws {OperatorError} if the file is not that of a range
 */
export function readRange(file: string, range: number, minCount: number, entries: Buffer): number {
  const length = readWhole(file)
  let count = 0
  let isInOrder = true
  for (let at = 0; at < length; ) {
    at = readLine(at, length)
    if (at === -1) throw notOfRange(file)
    if (line.count < minCount) continue
    entries.writeUInt32BE(range * 2 ** 12 + line.high, count * entryBytes)
    entries.writeUInt32BE(line.low, count * entryBytes + 4)
    isInOrder &&= count === 0 || compareEntries(entries, count - 1, count) < 0
    count++
  }
  return isInOrder ? count : sort(entries, count)
}

/** The line read last. It is reused, because there are about a billion lines. */
const line = { high: 0, low: 0, count: 0 }

/** Reads a line into `line`. Returns where the next one begins, or -1 if this one is malformed. */
function readLine(at: number, length: number): number {
  const colon = at + suffixDigits
  line.high = digits(at, 3)
  line.low = digits(at + 3, 8)
  line.count = 0
  let end = colon + 1
  for (; end < length && isDigit(bytes[end]); end++) line.count = line.count * 10 + (bytes[end] as number) - 0x30
  const isHex = line.high !== -1 && line.low !== -1 && digits(at + 11, 12) !== -1 && digits(at + 23, 12) !== -1
  if (!isHex || bytes[colon] !== 0x3a || end === colon + 1) return -1
  if (end < length && !isLineEnd(bytes[end])) return -1
  while (end < length && isLineEnd(bytes[end])) end++
  return end
}

const notOfRange = (file: string) =>
  new OperatorError(
    `${file} is no range of SHA-1 hashes: each line has ${suffixDigits} hex digits, a colon and a count.`,
  )

function readWhole(file: string): number {
  const opened = openSync(file, 'r')
  try {
    if (fstatSync(opened).size > mostBytes) throw notOfRange(file)
    let length = 0
    for (let read = -1; read !== 0 && length < mostBytes; length += read)
      read = readSync(opened, bytes, length, mostBytes - length, length)
    return length
  } finally {
    closeSync(opened)
  }
}

const isLineEnd = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x0a
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

const values = new Int8Array(256).fill(-1)
for (const [value, digit] of [...'0123456789abcdef'].entries())
  for (const one of [digit, digit.toUpperCase()]) values[one.charCodeAt(0)] = value

/** The value of `count` hex digits, or -1 if one of them is not a hex digit. */
function digits(at: number, count: number): number {
  let value = 0
  for (let index = at; index < at + count; index++) {
    const digit = values[bytes[index] as number] as number
    if (digit === -1) return -1
    value = value * 16 + digit
  }
  return value
}

const compareEntries = (entries: Buffer, one: number, other: number): number =>
  entries.compare(entries, other * entryBytes, (other + 1) * entryBytes, one * entryBytes, (one + 1) * entryBytes)

/** Sorts the entries of an unordered list, and drops doubles: hashes with the same first eight bytes are one entry. */
function sort(entries: Buffer, count: number): number {
  const all = Array.from({ length: count }, (_, index) => entries.readBigUInt64BE(index * entryBytes))
  const sorted = [...new Set(all)].sort((one, other) => (one < other ? -1 : 1))
  for (const [index, entry] of sorted.entries()) entries.writeBigUInt64BE(entry, index * entryBytes)
  return sorted.length
}
