import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { errorCodes } from '../../src/errors/catalogue.ts'
import { startApp } from '../support/app.ts'
import { answers, installPackage } from '../support/debian-package.ts'
import { board, codesOf, expressions, rules } from '../support/monitoring.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../../docker/monitoring')
const rulesFile = join(folder, 'postern.rules.yml')
const comment = '# Written by npm run write, from the catalogue of errors. Do not edit.\n'

test.each([
  [rulesFile, comment + stringify(rules, { lineWidth: 0 })],
  [join(folder, 'postern.board.json'), `${JSON.stringify(board, undefined, 2)}\n`],
])('%s says what the catalogue says: npm run write', (file, wanted) => {
  if (process.env.UPDATE) writeFileSync(file, wanted)
  else expect(readFileSync(file, 'utf8')).toBe(wanted)
})

test('every metric that they look at is there, every code has a cause, and what users cause counts against no budget', async () => {
  const app = await startApp()
  const text = (await app.deps.metrics?.read())?.text ?? ''
  await app.close()
  for (const [name] of expressions.join('\n').matchAll(/\bpostern_[a-z_]+/g))
    expect(text).toContain(`# TYPE ${name.replace(/_bucket$/, '')} `)
  expect(codesOf('caller', 'limit', 'dependency', 'operator')).toEqual([...errorCodes].sort())
  const counted = codesOf('dependency', 'operator')
  expect(counted).toEqual(expect.arrayContaining(['system:database_error', 'system:internal_error']))
  for (const code of ['auth:invalid_credentials', 'rate_limit:exceeded', 'user:banned'] as const)
    expect(counted).not.toContain(code)
})

const isThere = () => answers('promtool', ['--version'])
if (!(await isThere())) await installPackage('prometheus')
const hasPromtool = await isThere()

/** A counter that grows by so many a minute. */
const grows = (series: string, before: number, after: number, minutes = 120) => ({
  series,
  values: `0+${before}x${minutes} ${before * minutes}+${after}x${minutes}`,
})
const errors = (code: string) => `postern_errors_total{instance="a",method="POST",route="/x",code="${code}"}`
const requests = 'postern_requests_total{instance="a",method="POST",route="/x",status="200"}'

describe.runIf(hasPromtool)('by promtool', () => {
  test('the rules can be read', async () => {
    expect((await run('promtool', ['check', 'rules', rulesFile])).stdout).toContain('SUCCESS')
  })

  test('they tell of what fails, and not of what users do', async () => {
    const home = mkdtempSync(join(tmpdir(), 'postern-rules-'))
    const file = join(home, 'test.yml')
    const firing = (alertname: string, labels?: Readonly<Record<string, string>>) => ({
      eval_time: '150m',
      alertname,
      exp_alerts: labels === undefined ? [] : [{ exp_labels: labels }],
    })
    writeFileSync(
      file,
      stringify({
        rule_files: [rulesFile],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: [
              grows(requests, 1000, 1000),
              grows(errors('auth:invalid_credentials'), 500, 500),
              grows(errors('system:database_error'), 0, 100),
            ],
            alert_rule_test: [
              firing('PosternBudgetBurnsFast', { severity: 'page' }),
              firing('PosternSystemDatabaseError', {
                severity: 'ticket',
                cause: 'dependency',
                code: 'system:database_error',
              }),
              firing('PosternSystemInternalError'),
            ].map((one) => ({
              ...one,
              exp_alerts: one.exp_alerts.map((alert) => ({ ...alert, exp_annotations: annotationsOf(one.alertname) })),
            })),
          },
          {
            interval: '1m',
            input_series: [grows(requests, 1000, 1000), grows(errors('auth:invalid_credentials'), 5, 900)],
            alert_rule_test: [firing('PosternBudgetBurnsFast'), firing('PosternBudgetBurnsSlowly')],
          },
        ],
      }),
    )
    await expect(run('promtool', ['test', 'rules', file])).resolves.toMatchObject({
      stdout: expect.stringContaining('SUCCESS'),
    })
    rmSync(home, { recursive: true })
  })
})

const annotationsOf = (name: string) =>
  rules.groups.flatMap((group) => group.rules).find(({ alert }) => alert === name)?.annotations
