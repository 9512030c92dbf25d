import { readFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

declare module 'vitest' {
  interface TaskMeta {
    /** What a test of a fault counted, for the table of `npm run faults`. */
    figures?: Readonly<Record<string, number>>
    /** How many requests the app under test answered, by themselves. */
    answers?: { requests: number; acknowledged: number; refused: number }
  }
}

const requirement = /^- \*\*(FT\d+)\*\* (.+)$/gm

/** `npm run faults`: the table of faults in docs/security.md, row by row, with the tests that carry its ID and what they counted. */
export default class FaultsReport implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state } = test.result()
    if (wasAsked(test) && state !== 'pending')
      process.stderr.write(`${state === 'passed' ? '.' : `\n${state}: ${test.fullName}\n`}`)
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly { readonly message?: string }[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(requirement)].map(([, id = '', fault = '']) =>
      row(
        id,
        fault,
        tests.filter((test) => idsOf(test).includes(id) && wasAsked(test)),
      ),
    )
    const broken = modules.flatMap((module) => module.errors().map(({ message }) => `${module.moduleId}: ${message}`))
    const outside = [...broken, ...errors.map(({ message }) => String(message))]
    process.stdout.write(`\n${[...rows, ...outside].join('\n')}\n`)
    // A row that nothing showed does not hold either.
    if (!rows.every((text) => / holds /.test(text))) process.exitCode = 1
  }
}

const idsOf = ({ fullName }: TestCase): string[] =>
  [...fullName.matchAll(/\[([A-Z]{2}\d+(?: [A-Z]{2}\d+)*)\]/g)].flatMap(([, ids = '']) => ids.split(' '))

/** Skipped by its own word, not because nobody asked for it. */
const wasAsked = (test: TestCase): boolean => {
  const result = test.result()
  return result.state !== 'skipped' || result.note !== undefined
}

function row(id: string, fault: string, tests: readonly TestCase[]): string {
  const failed = tests.filter((test) => test.result().state === 'failed')
  const passed = tests.filter((test) => test.result().state === 'passed')
  const verdict = failed.length > 0 ? 'DOES NOT HOLD' : passed.length > 0 ? 'holds' : 'NOT SHOWN'
  return [`\n${id.padEnd(5)} ${verdict.padEnd(13)} ${fault}`, ...tests.flatMap(linesOf)].join('\n')
}

const indent = ' '.repeat(8)

function linesOf(test: TestCase): string[] {
  const result = test.result()
  const note = result.state === 'skipped' ? ` (${result.note})` : ''
  const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1)
  const title = test.fullName.replace(/ ?\[[A-Z0-9 ]+\]/g, '')
  const { figures, answers } = test.meta()
  const counted = { ...answers, ...figures }
  const text = Object.entries(counted).map(([name, value]) => `${name} ${value}`)
  return [
    `${indent}${result.state}${note}, ${seconds} s: ${title}`,
    ...(text.length > 0 ? [`${indent}    ${text.join(', ')}`] : []),
    ...(result.errors ?? []).map(({ message }) => `${indent}    ${message.split('\n')[0]}`),
  ]
}
