import { catalogue, type ErrorCode, errorCodes } from '../../src/errors/catalogue.ts'
import { type Cause, causeOf } from '../../src/errors/whose-fault.ts'

/** What Prometheus and Grafana are given, made from the catalogue of errors; `npm run write` writes the files anew. */

export const codesOf = (...causes: readonly Cause[]): ErrorCode[] =>
  errorCodes.filter((code) => causes.includes(causeOf(code))).sort()

const within = (codes: readonly ErrorCode[]): string => `code=~"${codes.join('|')}"`
/** What counts against the budget: nothing that another request would mend. */
const failures = within(codesOf('dependency', 'operator'))

const errorsIn = (window: string, filter = '', offset = ''): string =>
  `sum by (code) (increase(postern_errors_total${filter && `{${filter}}`}[${window}]${offset && ` offset ${offset}`}))`

/** Of a hundred thousand requests, a hundred may fail. */
const budget = 0.001
const windows = ['5m', '30m', '1h', '6h']
const ratio = (window: string) => `postern:failures:ratio_rate${window}`
const burns = (factor: number, long: string, short: string): string =>
  `${ratio(long)} > ${factor} * ${budget} and ${ratio(short)} > ${factor} * ${budget}`

type Rule = {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}
type Groups = { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] }

const recordings: readonly Rule[] = [
  { record: 'postern:errors:rate5m', expr: 'sum by (code) (rate(postern_errors_total[5m]))' },
  ...windows.map((window) => ({
    record: ratio(window),
    expr: `sum(rate(postern_errors_total{${failures}}[${window}])) / sum(rate(postern_requests_total[${window}]))`,
  })),
]

const budgetAlerts: readonly Rule[] = [
  {
    alert: 'PosternBudgetBurnsFast',
    expr: burns(14.4, '1h', '5m'),
    for: '2m',
    labels: { severity: 'page' },
    annotations: { summary: 'at this rate the failures of a month are used up in two days' },
  },
  {
    alert: 'PosternBudgetBurnsSlowly',
    expr: burns(6, '6h', '30m'),
    for: '15m',
    labels: { severity: 'ticket' },
    annotations: { summary: 'at this rate the failures of a month are used up in five days' },
  },
]

/** `PosternSystemInternalError` */
const alertName = (code: ErrorCode): string =>
  `Postern${code.replaceAll(/(?:^|[:_])(\w)/g, (_, letter: string) => letter.toUpperCase())}`

/** Prometheus reads `{{` as the beginning of a template. */
const plain = (text: string): string => text.replaceAll(/\{\{|\}\}/g, '')

function alertOf(code: ErrorCode): Rule {
  const { title, meaning, advice } = catalogue[code]
  const isOperators = causeOf(code) === 'operator'
  return {
    alert: alertName(code),
    // A counter begins with its first error, of which increase() alone says nothing.
    expr: isOperators
      ? `${errorsIn('5m', `code="${code}"`)} > 0 or sum by (code) (postern_errors_total{code="${code}"} unless postern_errors_total offset 5m) > 0`
      : `${errorsIn('15m', `code="${code}"`)} > 5`,
    labels: { severity: isOperators ? 'page' : 'ticket', cause: causeOf(code) },
    annotations: { summary: `${code}: ${plain(title)}`, description: plain(`${meaning} ${advice}`) },
  }
}

const changes: readonly Rule[] = [
  {
    alert: 'PosternCodeFirstSeen',
    // A counter is there from the first error of its code on.
    expr:
      'group by (code) (postern_errors_total) unless group by (code) (last_over_time(postern_errors_total[30d] offset 1h)) ' +
      'and on () count(postern_build_info offset 7d) > 0',
    labels: { severity: 'ticket' },
    annotations: { summary: '{{ $labels.code }} was not seen in the 30 days before' },
  },
  {
    alert: 'PosternCodeTenfold',
    expr: `${errorsIn('1h')} > 100 and ${errorsIn('1h')} > 10 * ${errorsIn('1h', '', '1w')}`,
    labels: { severity: 'ticket' },
    annotations: { summary: '{{ $labels.code }} comes ten times as often as in the same hour last week' },
  },
  {
    alert: 'PosternCodeDoubledByDeploy',
    expr:
      `(${errorsIn('1h')} > 20 and ${errorsIn('1h')} > 2 * ${errorsIn('1h', '', '1d')}) and on () ` +
      '(count(group by (version) (postern_build_info) unless on (version) group by (version) (postern_build_info offset 2h)) > 0)',
    labels: { severity: 'ticket' },
    annotations: { summary: '{{ $labels.code }} comes twice as often as yesterday, and another version runs since' },
  },
  {
    alert: 'PosternCallersBehind',
    expr: 'sum by (route, code, contract) (increase(postern_unknown_codes_total[1h])) > 10',
    labels: { severity: 'ticket' },
    annotations: {
      summary: 'callers with contract {{ $labels.contract }} do not know {{ $labels.code }} of {{ $labels.route }}',
    },
  },
]

export const rules: Groups = {
  groups: [
    { name: 'postern-budget', rules: [...recordings, ...budgetAlerts] },
    { name: 'postern-codes', rules: codesOf('operator', 'dependency').map(alertOf) },
    { name: 'postern-changes', rules: changes },
  ],
}

type Query = readonly [expr: string, legend: string]

const perSecond = (codes: readonly ErrorCode[]): string =>
  `sum(rate(postern_errors_total{${within(codes)}}[$__rate_interval]))`
const causes = ['caller', 'limit', 'dependency', 'operator'] as const

const panels: readonly { readonly title: string; readonly unit: string; readonly queries: readonly Query[] }[] = [
  {
    title: 'Requests',
    unit: 'reqps',
    queries: [['sum by (status) (rate(postern_requests_total[$__rate_interval]))', '{{status}}']],
  },
  {
    title: 'Errors by cause',
    unit: 'reqps',
    queries: causes.map((cause) => [perSecond(codesOf(cause)), cause]),
  },
  {
    title: 'Failures against the budget of 0.1 %',
    unit: 'percentunit',
    queries: [
      [ratio('5m'), '5 minutes'],
      [ratio('6h'), '6 hours'],
    ],
  },
  {
    title: 'Failures by code',
    unit: 'reqps',
    queries: [[`sum by (code) (rate(postern_errors_total{${failures}}[$__rate_interval]))`, '{{code}}']],
  },
  {
    title: 'The ten most frequent codes',
    unit: 'reqps',
    queries: [['topk(10, sum by (code) (rate(postern_errors_total[$__rate_interval])))', '{{code}}']],
  },
  {
    title: 'Nineteen of twenty answers come within',
    unit: 's',
    queries: [
      [
        'histogram_quantile(0.95, sum by (le, route) (rate(postern_request_duration_seconds_bucket[$__rate_interval])))',
        '{{route}}',
      ],
    ],
  },
  {
    title: 'Refused by limits',
    unit: 'reqps',
    queries: [
      [`sum by (route) (rate(postern_errors_total{${within(codesOf('limit'))}}[$__rate_interval]))`, '{{route}}'],
    ],
  },
  {
    title: 'Codes that callers do not know',
    unit: 'reqps',
    queries: [
      ['sum by (code, contract) (rate(postern_unknown_codes_total[$__rate_interval]))', '{{code}} {{contract}}'],
    ],
  },
  {
    title: 'What waits',
    unit: 'short',
    queries: [
      ['sum(postern_mails_waiting)', 'mails'],
      ['sum(postern_hashing_waiting)', 'hashes'],
      ['sum(postern_pool_waiting)', 'statements'],
      ['sum(postern_webhooks_waiting)', 'webhooks'],
    ],
  },
  {
    title: 'Dependencies that are down',
    unit: 'short',
    queries: [['sum by (name) (1 - postern_dependency_up)', '{{name}}']],
  },
  {
    title: 'Refusals in the ledger',
    unit: 'reqps',
    queries: [['sum by (outcome) (rate(postern_refusals_total[$__rate_interval]))', '{{outcome}}']],
  },
]

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana's
const datasource = { type: 'prometheus', uid: '${datasource}' }

export const board = {
  title: 'Postern',
  uid: 'postern',
  schemaVersion: 39,
  editable: true,
  refresh: '1m',
  time: { from: 'now-6h', to: 'now' },
  tags: ['postern'],
  templating: {
    list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }],
  },
  panels: panels.map(({ title, unit, queries }, index) => ({
    id: index + 1,
    type: 'timeseries',
    title,
    datasource,
    gridPos: { h: 8, w: 12, x: (index % 2) * 12, y: Math.floor(index / 2) * 8 },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(([expr, legendFormat], place) => ({
      refId: String.fromCharCode(65 + place),
      datasource,
      expr,
      legendFormat,
    })),
  })),
}

/** Every expression that the two files have. */
export const expressions: readonly string[] = [
  ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
  ...panels.flatMap(({ queries }) => queries.map(([expr]) => expr)),
]
