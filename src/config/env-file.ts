import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/**
 * As its first bytes say, which some editors and shells write: UTF-16, else UTF-8, with a byte order mark or without.
 * @throws {TypeError} where it is no text
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes
  const marks: Readonly<Record<string, string>> = { 'ff fe': 'utf-16le', 'fe ff': 'utf-16be' }
  const encoding = marks[`${first?.toString(16)} ${second?.toString(16)}`] ?? 'utf-8'
  const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  // UTF-16 without its mark, or UTF-32.
  if (text.includes('\0')) throw new TypeError('there are zero bytes in it')
  return text
}

export type EnvFile = {
  readonly values: Readonly<Record<string, string>>
  /** Names that begin a line, whether or not it gives them a value. */
  readonly begun: readonly string[]
}

/** What may stand before a name, by other systems' rules; a comment is none. */
const beginning = /^[^\w#\n]*(?:(?:export|set|setx|env)[^\w#\n]+)?([A-Z][A-Z0-9_]+)\b/gm

/** By default the one in the current folder, where there is one. @throws what says why it cannot be read */
export function readEnvFile(file = '.env'): EnvFile {
  const bytes = readBytes(file)
  if (bytes === undefined) return { values: {}, begun: [] }
  // Node ends lines at LF alone, and takes marks within, where files were put together, for parts of names.
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
