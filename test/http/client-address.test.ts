import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { networksOf, parseTrustedProxies, resolveClientAddress } from '../../src/http/client-address.ts'

const none = parseTrustedProxies([])
const trusted = parseTrustedProxies([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '192.0.2.7',
  '2001:db8:ffff::/48',
  '::ffff:172.16.0.0/108',
])

const forwarded = (header: string | string[] | undefined, socket = '127.0.0.1') =>
  resolveClientAddress(socket, header, 'X-Forwarded-For', trusted)
const realIp = (header: string | string[] | undefined) =>
  resolveClientAddress('127.0.0.1', header, 'X-Real-IP', trusted)

describe('the socket', () => {
  test.each([
    ['198.51.100.4', '198.51.100.4'],
    ['::ffff:198.51.100.4', '198.51.100.4'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is %s, whatever header an untrusted peer sends [RL1]', (socket, expected) => {
    expect(resolveClientAddress(socket, '203.0.113.9', 'X-Forwarded-For', none)).toBe(expected)
    expect(resolveClientAddress(socket, 'junk', 'X-Forwarded-For', trusted)).toBe(expected)
    expect(resolveClientAddress(socket, '203.0.113.9', 'X-Real-IP', trusted)).toBe(expected)
  })

  it('is the client where a trusted proxy sends no header', () => {
    expect(forwarded(undefined)).toBe('127.0.0.1')
    expect(realIp(undefined)).toBe('127.0.0.1')
  })

  test.each([
    '::ffff:127.0.0.1',
    '10.255.255.255',
    '192.0.2.7',
    '2001:db8:ffff:1::2',
    '172.31.0.1',
    '::ffff:172.16.0.1',
  ])('%s is a trusted proxy', (socket) => {
    expect(forwarded('203.0.113.9', socket)).toBe('203.0.113.9')
  })

  test.each(['11.0.0.1', '192.0.2.8', '172.32.0.1', '2001:db8:fffe::1'])('%s is not trusted [RL1]', (socket) => {
    expect(forwarded('203.0.113.9', socket)).toBe(socket)
  })
})

describe('X-Forwarded-For', () => {
  test.each([
    ['one hop', '203.0.113.9', '203.0.113.9'],
    ['past trusted hops', '203.0.113.9, 10.0.0.1,\t10.0.0.2', '203.0.113.9'],
    ['no further than the first untrusted hop [RL1]', '1.1.1.1, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
    ['junk further left is not looked at [RL1]', 'unknown, <script>, 203.0.113.9', '203.0.113.9'],
    ['all hops trusted: the leftmost', '10.0.0.9, 10.0.0.1', '10.0.0.9'],
    ['with a port', '203.0.113.9:4711, 10.0.0.1:80', '203.0.113.9'],
    ['IPv6 with a port', '[2001:DB8:0::1]:4711', '2001:db8::1'],
    ['IPv4-mapped', '::ffff:203.0.113.9', '203.0.113.9'],
    ['IPv4-mapped in hexadecimal', '::FFFF:cb00:7109', '203.0.113.9'],
    ['canonical text', '2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['IPv4-compatible is not IPv4', '::203.0.113.9', '::cb00:7109'],
  ])('%s', (_, header, expected) => {
    expect(forwarded(header)).toBe(expected)
  })

  it('joins repeated headers in their order', () => {
    expect(forwarded(['1.1.1.1, 203.0.113.9', '10.0.0.1'])).toBe('203.0.113.9')
  })

  test.each([
    '',
    'unknown',
    'localhost',
    '0x7f.1',
    '010.0.0.1',
    '1.2.3',
    '2130706433',
    '1.2.3.4.5',
    '256.1.1.1',
    '203.0.113.9:',
    '203.0.113.9:65536',
    '203.0.113.9:http',
    '203.0.113.0/24',
    'fe80::1%eth0',
    '[fe80::1%25eth0]:80',
    '[2001:db8::1',
    '[203.0.113.9]:80',
    '2001:db8::1::2',
    '1:2:3:4:5:6:7:8:9',
    '::ffff:010.0.0.1',
    '"203.0.113.9"',
    'for=203.0.113.9',
    '203.0.113.9 10.0.0.1',
  ])('%j as the client is no address', (entry) => {
    expect(forwarded(entry)).toBeUndefined()
    expect(forwarded(`1.1.1.1, ${entry}, 10.0.0.1`)).toBeUndefined()
    expect(realIp(entry)).toBeUndefined()
  })

  it('is no matter of what a client puts in front [RL1]', () => {
    const invented = fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()))
    const hops = fc.array(fc.constantFrom('10.0.0.1', '192.0.2.7:80', '[2001:db8:ffff::1]:443'))
    fc.assert(
      fc.property(invented, hops, (front, back) => {
        expect(forwarded([...front, '203.0.113.9', ...back].join(', '))).toBe('203.0.113.9')
      }),
    )
  })
})

describe('another header', () => {
  test.each(['X-Real-IP', 'x-real-ip', 'CF-Connecting-IP'])('%s has one value', (name) => {
    expect(resolveClientAddress('127.0.0.1', ' 203.0.113.9 ', name, trusted)).toBe('203.0.113.9')
    expect(resolveClientAddress('127.0.0.1', '10.0.0.1', name, trusted)).toBe('10.0.0.1')
    expect(resolveClientAddress('127.0.0.1', '1.1.1.1, 203.0.113.9', name, trusted)).toBeUndefined()
    expect(resolveClientAddress('127.0.0.1', ['1.1.1.1', '203.0.113.9'], name, trusted)).toBeUndefined()
  })
})

test.each([
  '',
  'all',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0/8',
  '::/129',
  '10.0.0.0/8/8',
  '10.0.0.0/',
  '::ffff:10.0.0.0/95',
])('%j is no network to trust', (cidr) => {
  expect(() => parseTrustedProxies([cidr])).toThrow('CIDR')
})

describe('networks', () => {
  test.each([
    ['203.0.113.9', { primary: '203.0.113.9' }],
    ['::ffff:203.0.113.9', { primary: '203.0.113.9' }],
    ['2001:db8:1:2:3:4:5:6', { primary: '2001:db8:1:2::/64', wide: '2001:db8:1::/48' }],
    ['::1', { primary: '::/64', wide: '::/48' }],
  ])('of %s [RL2]', (address, expected) => {
    expect(networksOf(address)).toEqual(expected)
  })

  it('are one for all spellings and hosts of an IPv6 /64 [RL2]', () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff))
    const prefix = fc.tuple(fc.integer({ min: 0x2000, max: 0x3fff }), group, group, group)
    const host = fc.tuple(group, group, group, group)
    const style = fc.record({ upper: fc.boolean(), padded: fc.boolean(), dotted: fc.boolean(), zeros: fc.nat(7) })
    fc.assert(
      fc.property(prefix, host, host, style, style, (network, one, other, oneStyle, otherStyle) => {
        const first = forwarded(spell([...network, ...one], oneStyle)) ?? ''
        const second = forwarded(`[${spell([...network, ...other], otherStyle)}]:443`) ?? ''
        expect(networksOf(first)).toEqual(networksOf(second))
        expect(networksOf(first).primary).toMatch(/^[23][0-9a-f]{3}:.*\/64$/)
        expect(forwarded(spell([...network, ...one], otherStyle))).toBe(first)
      }),
    )
  })
})

type Style = { upper: boolean; padded: boolean; dotted: boolean; zeros: number }

/** `zeros`: the group from which on the first run of zeros is written as `::`. */
function spell(groups: readonly number[], { upper, padded, dotted, zeros }: Style): string {
  const texts = groups.map((group) => group.toString(16).padStart(padded ? 4 : 1, '0'))
  if (dotted) {
    const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff])
    texts.splice(6, 2, bytes.join('.'))
  }
  const start = texts.findIndex(
    (text, index) => index >= zeros && Number.parseInt(text, 16) === 0 && !text.includes('.'),
  )
  if (start === -1) return written(texts.join(':'), upper)
  let end = start
  while (texts[end] !== undefined && /^0+$/.test(texts[end] ?? '')) end++
  return written(`${texts.slice(0, start).join(':')}::${texts.slice(end).join(':')}`, upper)
}

const written = (text: string, upper: boolean): string => (upper ? text.toUpperCase() : text)
