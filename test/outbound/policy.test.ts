import { describe, expect, test } from 'vitest'
import { outboundPolicy } from '../../src/outbound/policy.ts'

const production = (...outboundAllow: string[]) => outboundPolicy({ appEnv: 'production', outboundAllow })
const elsewhere = outboundPolicy({ appEnv: 'test', outboundAllow: [] })

/** https://www.iana.org/assignments/iana-ipv4-special-registry and the one for IPv6. */
const special =
  `0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1
  198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 100::1
  2001::1 2001:db8::1 2002:7f00:1::1 fc00::1 fd12::1 fe80::1 ff02::1`.split(/\s+/)

describe('addresses [FS4]', () => {
  test.each(special)('%s is not public', (address) => {
    expect(production().isAllowedAddress(address)).toBe(false)
  })
  test.each(['1.1.1.1', '8.8.8.8', '203.0.114.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('%s is', (address) => {
    expect(production().isAllowedAddress(address)).toBe(true)
  })
  test('loopback is, outside production; nothing else that is private', () => {
    expect(['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254'].map(elsewhere.isAllowedAddress)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
  test('the operator may allow networks, addresses and hosts', () => {
    const policy = production('10.0.0.0/8', 'fd00::/8', '192.168.1.7', 'idp.internal')
    expect(['10.9.9.9', 'fd00::1', '192.168.1.7', '192.168.1.8', '172.16.0.1'].map(policy.isAllowedAddress)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect([policy.isAllowedHost('IDP.internal'), policy.isAllowedHost('x.idp.internal')]).toEqual([true, false])
    expect(policy.isUsualPort(new URL('https://idp.internal:8443/'))).toBe(true)
  })
})

test.each([
  'http://example.com/',
  'https://u@example.com/',
  'https://example.com/#f',
  'https:example.com',
  '//example.com',
  'file:///etc/passwd',
  'https://exa\tmple.com/',
])('%j is no plain URL in production', (text) => {
  expect(production().isPlainUrl(text)).toBe(false)
})

test('https on its own port is', () => {
  expect(production().isPlainUrl('https://example.com/a?b=c')).toBe(true)
  expect(production().isUsualPort(new URL('https://example.com:8443/'))).toBe(false)
  expect(elsewhere.isPlainUrl('http://localhost:9000/')).toBe(true)
})
