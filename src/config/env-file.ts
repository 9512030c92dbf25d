import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/**
 * Decodes UTF-16 if the file begins with its byte order mark, as some editors and shells write it, otherwise UTF-8.
 * @throws {TypeError} if the bytes are not text in that encoding
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes
  const marks: Readonly<Record<string, string>> = { 'ff fe': 'utf-16le', 'fe ff': 'utf-16be' }
  const encoding = marks[`${first?.toString(16)} ${second?.toString(16)}`] ?? 'utf-8'
  const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  // The file is UTF-16 without a byte order mark, or UTF-32.
  if (text.includes('\0')) throw new TypeError('there are zero bytes in it')
  return text
}

export type EnvFile = {
  readonly values: Readonly<Record<string, string>>
  /** Names at the beginning of a line, even if the line gives them no value. */
  readonly begun: readonly string[]
}

/** A name with whatever other shells allow before it, such as `export`; not one in a comment. */
const beginning = /^[^\w#\n]*(?:(?:export|set|setx|env)[^\w#\n]+)?([A-Z][A-Z0-9_]+)\b/gm

/**
 * Reads the file; one that does not exist has no values.
 * @throws {TypeError} if it is not text, or the system's error if it cannot be read
 */
export function readEnvFile(file = '.env'): EnvFile {
  const bytes = readBytes(file)
  if (bytes === undefined) return { values: {}, begun: [] }
  // Node's parser ends lines only at LF, and reads a byte order mark within joined files as part of a name.
  const text = decodeText(bytes)
    .replace(/\r\n?/g, '\n')
    .replace(/^[\uFEFF\u200B]+/gm, '')
  const begun = [...text.matchAll(beginning)].flatMap(([, name]) => name ?? [])
  return { values: parseEnv(text) as Record<string, string>, begun }
}

function readBytes(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
