import { describe, expect, test } from 'vitest'
import { literalAddress, outboundPolicy } from '../../src/outbound/policy.ts'

const production = (...outboundAllow: string[]) => outboundPolicy({ appEnv: 'production', outboundAllow })
const elsewhere = outboundPolicy({ appEnv: 'test', outboundAllow: [] })
const words = (text: string): string[] => text.trim().split(/\s+/)
const allowedOf = (addresses: readonly string[], { isAllowedAddress } = production()) =>
  addresses.filter(isAllowedAddress)

/** First and last of every block of https://www.iana.org/assignments/iana-ipv4-special-registry, and what is multicast. */
const specialIpv4 =
  words(`0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.255.255.255
  169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.9 192.0.0.170 192.0.0.255
  192.0.2.0 192.0.2.255 192.31.196.0 192.31.196.255 192.52.193.0 192.52.193.255 192.88.99.0 192.88.99.255
  192.168.0.0 192.168.255.255 192.175.48.0 192.175.48.255 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255
  203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.254 255.255.255.255`)

/** The same of iana-ipv6-special-registry; multicast; the old site-local and IPv4-compatible blocks. */
const specialIpv6 = words(`:: ::1 ::2 ::7f00:1 ::a9fe:a9fe ::ffff:255.255.255.255
  ::ffff:0:127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe
  64:ff9b::7f00:1 64:ff9b::ffff:ffff 64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff 100:: 100::ffff:ffff:ffff:ffff
  100:0:0:1:: 100:0:0:1:ffff:ffff:ffff:ffff 2001:: 2001:0:ffff:: 2001:1::1 2001:2:: 2001:3:: 2001:4:112:: 2001:10:: 2001:2f:ffff::
  2001:30:: 2001:3f:ffff:: 2001:1ff:ffff:: 2001:db8:: 2001:db8:ffff:: 2002:: 2002:7f00:1:: 2002:ffff:: 2620:4f:8000::
  3fff:: 3fff:fff:ffff:: 5f00:: 5f00:ffff:: fc00:: fd00:ec2::254 fdff:ffff:: fe80:: fe80::1%eth0 febf:ffff:: fec0:: feff:ffff:: ff00:: ff02::1 ffff:ffff::`)

/** Of https://www.iana.org/assignments/ipv6-address-space only 2000::/3 is global unicast. */
const unassignedIpv6 = words('200:: 400:: 1000:: 4000:: 6000:: 8000:: a000:: c000:: e000:: f000:: f800:: fe00::')

const publicOnes =
  words(`1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
  169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255
  198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255 ::ffff:1.1.1.1 2001:200:: 2001:db7:: 2001:db9:: 2003:: 2606:4700:4700::1111
  2a00:: 3ffe:: 2620:4f:7fff::`)

describe('addresses [FS4]', () => {
  test('what is special is not public', () => {
    expect(allowedOf(specialIpv4)).toEqual([])
    expect(allowedOf(specialIpv6)).toEqual([])
  })
  test('nor is what nobody was given', () => expect(allowedOf(unassignedIpv6)).toEqual([]))
  test('their neighbours are', () => expect(allowedOf(publicOnes)).toEqual(publicOnes))

  test('loopback is, outside production; nothing else that is special', () => {
    const loopback = ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1']
    expect(allowedOf(loopback, elsewhere)).toEqual(loopback)
    const others = [...specialIpv4, ...specialIpv6].filter((one) => !/^127\.|^::1$|^::ffff:127\./.test(one))
    expect(allowedOf(others, elsewhere)).toEqual([])
  })
})

describe('OUTBOUND_ALLOW', () => {
  test('names networks and addresses', () => {
    const policy = production('10.0.0.0/8', 'fd00::/8', '192.168.1.7', '::1')
    const named = ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3', 'fd00::1', 'fdff::', '192.168.1.7', '::1']
    expect(allowedOf(named, policy)).toEqual(named)
    expect(allowedOf(['192.168.1.8', '172.16.0.1', '127.0.0.1', 'fc00::1', 'fe80::1'], policy)).toEqual([])
  })

  test('names hosts, in any case, and none below or beside them', () => {
    const { isAllowedHost } = production('IDP.internal')
    expect(['idp.internal', 'Idp.Internal'].filter(isAllowedHost)).toHaveLength(2)
    expect(['x.idp.internal', 'internal', 'idp.internal.example.com', 'xidp.internal'].filter(isAllowedHost)).toEqual(
      [],
    )
  })

  test.each([
    ['idp.internal', 'https://idp.internal:8443/'],
    ['192.168.1.7', 'https://192.168.1.7:8443/'],
    ['fd00::7', 'https://[fd00::7]:8443/'],
  ])('%s may be reached on any port', (named, text) => {
    expect(production(named).isUsualPort(new URL(text))).toBe(true)
    expect(production().isUsualPort(new URL(text))).toBe(false)
  })
})

describe('URLs [FS4]', () => {
  const never = [
    ...words(`https://u@example.com/ https://u:p@example.com/ https://:p@example.com/ https://example.com/#f https://example.com/#
      https:example.com https:/example.com //example.com /path example.com file:///etc/passwd ftp://example.com/ gopher://example.com/
      data:text/plain,x javascript:alert(1) blob:https://example.com/x ws://example.com/ https:// https://example.com:65536/
      https:\\\\example.com https://example.com\\@evil.example`),
    'https://exa\tmple.com/',
    'https://example.com/\r\nhost:x',
    ' https://example.com/',
    'https://example.com/\u0000',
    '',
  ]
  test.each(never)('%j is none to be asked', (text) => {
    expect([production().isPlainUrl(text), elsewhere.isPlainUrl(text)]).toEqual([false, false])
  })

  test('http is, outside production alone', () => {
    expect([production().isPlainUrl('http://example.com/'), elsewhere.isPlainUrl('http://localhost:9000/')]).toEqual([
      false,
      true,
    ])
  })

  test('https is, on its own port', () => {
    for (const text of ['https://example.com', 'HTTPS://example.com:443/a?b=c', 'https://[2606:4700::1111]/']) {
      expect(production().isPlainUrl(text)).toBe(true)
      expect(production().isUsualPort(new URL(text))).toBe(true)
    }
    for (const port of [80, 8443]) expect(production().isUsualPort(new URL(`https://example.com:${port}/`))).toBe(false)
    expect(elsewhere.isUsualPort(new URL('https://example.com:8443/'))).toBe(true)
  })
})

test('an address is recognised in each of its spellings', () => {
  const loopback = words(
    '127.0.0.1 127.1 127.0.1 0x7f.1 0x7f000001 0X7F.0.0.1 2130706433 017700000001 0177.0.0.01 127.0.0.1. １２７.0.0.1 127。0。0。1 %31%32%37.0.0.1',
  )
  const hosts = loopback.map((host) => literalAddress(new URL(`https://${host}/`).hostname))
  expect(new Set(hosts)).toEqual(new Set(['127.0.0.1']))
  expect(literalAddress(new URL('https://[0:0::1]/').hostname)).toBe('::1')
  expect(literalAddress('example.com')).toBeUndefined()
})
