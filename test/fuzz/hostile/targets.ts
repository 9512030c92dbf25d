import fc from 'fast-check'
import { hostileText } from './bodies.ts'

const segment = fc.oneof(
  hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    '..',
    '%2e%2e',
    '%2e',
    '%00',
    '%2f',
    '%5c',
    '%zz',
    '%',
    '%E0%A4%A',
    '%ff',
    '~',
    '*',
    ';a=b',
    '\xff',
    '%ud800',
  ),
  fc.constantFrom('google', 'me', 'hostile_1', `${'a'.repeat(32)}.webp`, 'x'.repeat(1024), 'x'.repeat(1100)),
  fc.uuid(),
)

const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc
    .array(fc.tuple(fc.constantFrom(...queryNames()), fc.oneof(segment, fc.constantFrom('1', '20', '-1', '1e9', ''))), {
      maxLength: 4,
    })
    .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`),
  fc.constantFrom(
    '?',
    '??',
    '?&&=',
    '?a[b]=c',
    '?__proto__[x]=1',
    '?query=a&query=b',
    '?%',
    `?query=${'a'.repeat(9000)}`,
  ),
)

function queryNames(): readonly string[] {
  const ours = ['query', 'page', 'page_size', 'limit', 'cursor', 'handle', 'user_id', 'flow', 'redirect_to']
  return [...ours, 'cursor_id', 'cursor_direction', 'actor_id', 'resource_type', 'resource_id', 'actions', '__proto__']
}

/** The same place by another spelling, or almost. */
const tricks: readonly ((path: string) => string)[] = [
  (path) => `/${path}`,
  (path) => `${path}/`,
  (path) => path.toUpperCase(),
  (path) => path.replace('/', '/./'),
  (path) => path.replace('/v0', '/v0/../v0'),
  (path) => path.replace('/v0', '/%76%30'),
  (path) => path.replaceAll('/', '%2f'),
  (path) => path.replaceAll('/', '\\'),
  (path) => `${path}%00`,
  (path) => `${path};jsessionid=1`,
  (path) => `${path}#fragment`,
  (path) => `http://localhost${path}`,
  (path) => `http://elsewhere.invalid${path}`,
  (path) => path.slice(1),
  (path) => `${path}${'/a'.repeat(3000)}`,
  () => '*',
  () => '/',
]

/** A path with hostile parts where it has parameters, spelt otherwise at times, and a query. */
export const targetOf = (path: string): fc.Arbitrary<string> => {
  const count = path.split('{').length - 1
  return fc
    .tuple(fc.array(segment, { minLength: count, maxLength: count }), query, fc.nat(tricks.length * 6))
    .map(([segments, queryText, trick]) => {
      const filled = segments.reduce((text, one) => text.replace(/\{\w+\}/, () => one), path)
      return (tricks[trick - 1]?.(filled) ?? filled) + queryText
    })
}
