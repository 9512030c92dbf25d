import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { mailedToken, signUp } from '../support/people.ts'

type Sent = { readonly headers: Record<string, string>; readonly remoteAddress: string }

/** The address that a new session is kept with. */
async function keptAddress(app: TestApp, sent: Sent): Promise<string | undefined> {
  const person = await signUp(app)
  const token = await mailedToken(app, person.email)
  // Injected, since no socket on this machine has such addresses.
  const answer = await app.app.inject({ method: 'POST', url: '/v0/auth/verify-email', body: { token }, ...sent })
  expect(answer.statusCode).toBe(204)
  const [row] = await app.sql<{ ip_address: string }>(
    'select s.ip_address from sessions s join users u on u.id = s.user_id where u.email = $1',
    [person.email],
  )
  return row?.ip_address
}

const apps = {
  'no trusted proxy': { TRUSTED_PROXIES: undefined },
  'trusted proxies': { TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' },
  'another header': { TRUSTED_PROXIES: '127.0.0.1', CLIENT_IP_HEADER: 'CF-Connecting-IP' },
} as const

describe.each(Object.entries(apps))('with %s', (name, env) => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp(env)
  })
  afterAll(() => app.close())

  const spoofed = { 'x-forwarded-for': '6.6.6.6', 'x-real-ip': '6.6.6.6', forwarded: 'for=6.6.6.6' }
  const cases: readonly (readonly [string, Sent, string])[] =
    name === 'no trusted proxy'
      ? [
          ['headers have no effect [RL1]', { headers: spoofed, remoteAddress: '127.0.0.1' }, '127.0.0.1'],
          ['not even junk', { headers: { 'x-forwarded-for': 'junk' }, remoteAddress: '192.0.2.1' }, '192.0.2.1'],
          ['mapped IPv6 is folded', { headers: {}, remoteAddress: '::ffff:192.0.2.1' }, '192.0.2.1'],
        ]
      : name === 'trusted proxies'
        ? [
            ['strangers are not believed [RL1]', { headers: spoofed, remoteAddress: '192.0.2.1' }, '192.0.2.1'],
            ['without the header it is the socket', { headers: {}, remoteAddress: '127.0.0.1' }, '127.0.0.1'],
            [
              'the chain is walked from the right [RL1]',
              { headers: { 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.1.2.3' }, remoteAddress: '127.0.0.1' },
              '203.0.113.7',
            ],
            [
              'a port is cut off',
              { headers: { 'x-forwarded-for': '[2001:DB8::7]:4711' }, remoteAddress: '10.9.9.9' },
              '2001:db8::7',
            ],
            [
              'other headers have no effect',
              { headers: { 'x-real-ip': '6.6.6.6', forwarded: 'for=6.6.6.6' }, remoteAddress: '127.0.0.1' },
              '127.0.0.1',
            ],
          ]
        : [
            [
              'that one counts alone',
              { headers: { ...spoofed, 'cf-connecting-ip': '203.0.113.8' }, remoteAddress: '127.0.0.1' },
              '203.0.113.8',
            ],
            ['X-Forwarded-For has no effect [RL1]', { headers: spoofed, remoteAddress: '127.0.0.1' }, '127.0.0.1'],
          ]

  test.each(cases)('%s', async (_, sent, expected) => {
    expect(await keptAddress(app, sent)).toBe(expected)
  })

  test.runIf(name === 'trusted proxies')('general:invalid_ip_address for whatever is no address', async () => {
    const junk = [
      '',
      ' ',
      'unknown',
      '203.0.113.1, _hidden',
      '1.2.3.4.5',
      '203.0.113.1:99999',
      '0x7f.1',
      'fe80::1%eth0',
    ]
    for (const value of junk) {
      const answer = await app.client().get('/v0/errors', { headers: { 'x-forwarded-for': value } })
      expect([value, answer.status, answer.code]).toEqual([value, 400, 'general:invalid_ip_address'])
    }
  })

  test('general:invalid_ip_address for junk from a trusted proxy, but never from the health checks', async () => {
    const junk = { 'x-forwarded-for': 'junk', 'cf-connecting-ip': '1.2.3' }
    const answer = await app.client().get('/v0/errors', { headers: junk })
    if (name === 'no trusted proxy') expect(answer.status).toBe(200)
    else expect([answer.status, answer.code]).toEqual([400, 'general:invalid_ip_address'])
    for (const url of ['/health-check', '/health/live', '/health/ready'])
      expect((await app.client().get(url, { headers: junk })).status).toBeLessThan(300)
  })
})
