import { commands } from './commands.ts'
import { loadConfig } from './config.ts'
import { readEnvironment } from './environment.ts'
import { explainStartFailure } from './start-failure.ts'

const given = process.argv.slice(2)
const found = Object.entries(commands).find(([name, { parameters }]) => {
  const words = name.split(' ')
  const most = words.length + parameters.length
  const least = most - parameters.filter((one) => one.startsWith('[')).length
  return words.every((word, index) => given[index] === word) && given.length >= least && given.length <= most
})
if (found === undefined) {
  const asked = given.join(' ')
  const lines = Object.entries(commands).map(
    ([name, { parameters, usage }]) => `  ${[name, ...parameters].join(' ').padEnd(24)} ${usage}`,
  )
  const unknown = asked === '' || asked === 'help' ? '' : `There is no command "${asked}".\n`
  process.stderr.write(`${unknown}Commands of npm run admin -- NAME:\n${lines.join('\n')}\n`)
  process.exit(unknown === '' ? 0 : 2)
}
try {
  const [name, { run }] = found
  const { says, exitCode = 0 } = await run(loadConfig(readEnvironment(), 'cli'), given.slice(name.split(' ').length))
  process.stdout.write(`${says}\n`)
  process.exitCode = exitCode
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`)
  process.exit(1)
}
