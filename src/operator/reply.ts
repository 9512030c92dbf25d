import type { Config } from '../config/config.ts'
import type { Command, Outcome } from './command.ts'
import type { Call } from './read-call.ts'
import { explainStartFailure } from './start-failure.ts'

/** What a command prints, where, and the code it ends with: 0 done, 1 refused or failed, 2 not understood. */
type Reply = { readonly out?: string; readonly err?: string; readonly code: 0 | 1 | 2 }

/** A result goes to standard output, refusals and mistakes to standard error. */
function replyOf({ says, data, exitCode: code = 0 }: Outcome, { options }: Call): Reply {
  if (options.json && code !== 2) return { out: JSON.stringify(data ?? { says, exitCode: code }), code }
  return code === 0 || data !== undefined ? { out: says, code } : { err: says, code }
}

/** Runs the command; an error becomes a reply with exit code 1. */
export async function runCommand(command: Command, call: Call, readConfig: () => Config): Promise<Reply> {
  try {
    return replyOf(await command.run(readConfig(), call.parameters, call.options), call)
  } catch (error) {
    return replyOf({ says: explainStartFailure(error), exitCode: 1 }, call)
  }
}
