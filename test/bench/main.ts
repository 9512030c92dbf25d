import { cpus, totalmem } from 'node:os'
import { hashing } from './hashing.ts'
import { mailedCodes } from './mailed-codes.ts'
import { memory, soak } from './memory.ts'
import { passkeys } from './passkeys.ts'
import { refusals } from './refusals.ts'
import { sessionChecks } from './session-check.ts'
import { size } from './size.ts'
import { openStage, type Stage } from './stage.ts'
import { storm } from './storm.ts'
import { tokens } from './tokens.ts'

/** One line of the table. */
export type Row = { readonly name: string; readonly figure: string; readonly target: string; readonly holds: boolean }

const rooms: Readonly<Record<string, (stage: Stage, rounds: number) => Promise<Row[]>>> = {
  sessions: sessionChecks,
  hashing,
  storm,
  tokens,
  passkeys,
  'mailed-codes': mailedCodes,
  refusals,
  size,
  memory,
  soak,
}

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const asked = process.argv.slice(2)
const chosen = asked.length === 0 ? Object.keys(rooms).filter((name) => name !== 'soak') : asked

const print = (line: string): void => void process.stdout.write(`${line}\n`)
print(
  `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; medians of ${rounds} rounds\n`,
)
print('| target | figure | asked | holds |\n|---|---|---|---|')
let allHold = true
for (const name of chosen) {
  const room = rooms[name]
  if (room === undefined) throw new Error(`There is no bench "${name}": ${Object.keys(rooms).join(', ')}.`)
  const stage = await openStage()
  if (!stage.isPinned) print('(server and load share their cores: there is no taskset)')
  try {
    for (const { name: target, figure, target: least, holds } of await room(stage, rounds)) {
      allHold &&= holds
      print(`| ${target} | ${figure} | ${least} | ${holds ? 'yes' : 'NO'} |`)
    }
  } finally {
    await stage.close()
  }
}
process.exitCode = allHold ? 0 : 1
