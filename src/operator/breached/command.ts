import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { entryBytes } from '../../ports/breached-passwords.file.ts'
import type { Command, Options, Outcome } from '../command.ts'
import { startProgress } from '../progress.ts'
import { buildFile } from './build-file.ts'
import { findRanges, type Ranges, rangeCount, rangeName } from './ranges.ts'

export const buildBreached: Command = {
  group: 'Data',
  parameters: {
    DIR: 'folder with the ranges that the downloader of Have I Been Pwned writes, one file each (-s false)',
    OUT: 'file to make; one that is there is replaced at the end, at once',
  },
  options: {
    'min-count': { type: 'string', takes: 'N', about: 'leave out what was seen in breaches less often; 1 without it' },
    incomplete: { type: 'boolean', about: 'take the ranges that are there, and let the others have no hashes' },
  },
  does: 'make the file in which passwords that leaked are looked up (docs/passwords.md)',
  details: 'Interrupted, it goes on where it was when it is called again, if the ranges are the same.',
  fails: 'a range is missing or is none, or the file cannot be written',
  examples: ['breached-passwords build pwned /srv/postern/pwned.bin --min-count 10'],
  run: async (_config, given, options) => build(given, options),
}

function build([dir = '', file = '']: readonly string[], options: Options): Outcome {
  const minCount = readCount(options['min-count'])
  if (minCount === undefined)
    return { says: `There is no count "${options['min-count']}": a whole number from 1.`, exitCode: 2 }
  const out = resolve(file)
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) return refusal(`${dir} is no folder.`)
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory()) return refusal(`${out} is a folder.`)
  const ranges = findRanges(dir)
  const fault = faultOf(dir, ranges, options.incomplete === true)
  if (fault !== undefined) return refusal(fault)

  const startedAt = performance.now()
  const progress = startProgress(process.stderr, { of: 'hashes', size: rangeCount })
  const { entries, continuedAt } = buildFile({
    ranges,
    out,
    minCount,
    onRange: (count) => progress.note({ count, bytes: 1 }),
  })
  progress.end()
  const data = {
    file: out,
    url: pathToFileURL(out).href,
    entries,
    bytes: entries * entryBytes,
    ranges: ranges.count,
    minCount,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    ...(continuedAt > 0 && { continuedAt: rangeName(continuedAt) }),
  }
  return { says: describe(data), data }
}

const refusal = (says: string): Outcome => ({ says, exitCode: 1 })

function readCount(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return 1
  const count = /^\d{1,15}$/.test(String(text)) ? Number(text) : 0
  return count > 0 ? count : undefined
}

function faultOf(dir: string, { count, missing }: Ranges, mayLack: boolean): string | undefined {
  if (count === 0) return `${dir} has no ranges: files of names such as 0A1B2.txt.`
  if (missing === undefined || mayLack) return undefined
  return (
    `Of ${rangeCount.toLocaleString('en')} ranges ${count.toLocaleString('en')} are there, and ` +
    `${rangeName(missing)} is missing: download the rest, or say --incomplete.`
  )
}

type Data = { readonly entries: number; readonly bytes: number; readonly url: string; readonly continuedAt?: string }

const describe = ({ entries, bytes, url, continuedAt }: Data): string =>
  `${entries.toLocaleString('en')} hashes, ${(bytes / 1e6).toFixed(1)} MB` +
  `${continuedAt ? `, continued at ${continuedAt}` : ''}.\nSet BREACHED_PASSWORDS_URL=${url}`
