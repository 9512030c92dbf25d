// npm run admin. Standard output has the answer, standard error everything else. Exit codes: 0 if it was done, 1 if it
// was refused or failed, 2 if the call was not understood.

import { readEnvironment } from './config/environment.ts'
import { loadConfig } from './config/load-config.ts'
import type { Command } from './operator/command.ts'
import { helpOf, overviewOf, usageOf } from './operator/command-help.ts'
import { commands } from './operator/commands.ts'
import { readCall } from './operator/read-call.ts'
import { runCommand } from './operator/reply.ts'
import { findNearest } from './text/find-nearest.ts'

type Named = readonly [name: string, command: Command]

const given = process.argv.slice(2)
const isHelp = given[0] === 'help' || given.some((word) => word === '--help' || word === '-h')
const words = given.filter((word, index) => !word.startsWith('-') && !(index === 0 && word === 'help'))
const named = Object.entries(commands)
  .filter(([name]) => beginsWith(words, name.split(' ')))
  .toSorted(([one], [other]) => other.length - one.length)[0]
if (named === undefined) explain()
else if (isHelp) write(helpOf(...named))
else await run(named)

function beginsWith(whole: readonly string[], part: readonly string[]): boolean {
  return part.every((word, index) => whole[index] === word)
}

function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Everything but the answer goes to standard error, so that programs can read the answer. */
function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Handles a call without a known command. */
function explain(): void {
  const within = Object.entries(commands).filter(([name]) => name.split(' ')[0] === words[0])
  const isFamily = within.length > 0 && words.length === 1
  if (words.length === 0 && (isHelp || given.length === 0)) write(overviewOf(commands))
  else if (isHelp && isFamily) write(within.map((one) => helpOf(...one)).join('\n\n'))
  else {
    process.exitCode = 2
    complain(
      words.length === 0
        ? `Which command?\n${overviewOf(commands)}`
        : `There is no command "${words.join(' ')}".${suggest(within)}`,
    )
  }
}

/** Suggests the commands of the same family, else the one with such an act, else one with a similar name, else all. */
function suggest(within: readonly Named[]): string {
  if (within.length > 0) return `\n${within.map((one) => usageOf(...one)).join('\n')}`
  const owner = Object.entries(commands).find(([, { acts = [] }]) => acts.includes(words[0] ?? ''))
  if (owner) return ` It is an act of "${owner[0]}".\n${usageOf(...owner)}`
  const names = Object.keys(commands)
  const near = findNearest(words.join(' '), names) ?? findNearest(words[0] ?? '', names)
  const command = near === undefined ? undefined : commands[near]
  if (near === undefined || command === undefined) return `\n${overviewOf(commands)}`
  return ` Did you mean "${near}"?\n${usageOf(near, command)}`
}

async function run([name, command]: Named): Promise<void> {
  const call = readCall(given, name, command)
  if (typeof call === 'string') {
    process.exitCode = 2
    return complain(`${call}\n${usageOf(name, command)}\n${command.does}`)
  }
  const { out, err, code } = await runCommand(command, call, () => loadConfig(readEnvironment(), 'cli'))
  if (out !== undefined) write(out)
  if (err !== undefined) complain(err)
  process.exitCode = code
  // What was opened before the failure must not keep the process running.
  if (code !== 0) process.exit()
}
