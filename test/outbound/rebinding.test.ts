import type { LookupAddress } from 'node:dns'
import { networkInterfaces } from 'node:os'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openOutbound } from '../../src/outbound/ask.ts'
import { outboundPolicy } from '../../src/outbound/policy.ts'
import { startOtherServer } from '../support/native-provider.ts'

/** Each look-up of a name takes the next of its answers; the last one stays. */
const zone = new Map<string, string[][]>()
const lookups = { count: 0 }

/** Name servers lie outside, and an attacker's is what this is about. */
function lookup(name: string, _: object, callback: (error: null, found: LookupAddress[]) => void): void {
  lookups.count++
  const answers = zone.get(name) ?? []
  const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? []
  setImmediate(() =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
  )
}

/** An address of this very machine that is neither loopback nor public, with somebody listening. */
const inner = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && !one.internal && one.family === 'IPv4')?.address
const policy = outboundPolicy({ appEnv: 'test', outboundAllow: [] })
const fine = await startOtherServer()
fine.replies.set('/', { body: 'fine', headers: { connection: 'close' } })
const { port } = new URL(fine.url)
afterAll(() => fine.stop())

function opened() {
  lookups.count = 0
  const outbound = openOutbound(policy, lookup)
  onTestFinished(outbound.close)
  return outbound
}
const url = `http://rebinding.example:${port}/`

test('a name that leads inside at its next look-up is refused at the next connection [FS4]', async () => {
  const { askGuarded } = opened()
  zone.set('rebinding.example', [['127.0.0.1'], ['10.0.0.1']])
  expect((await askGuarded(url)).bytes.toString()).toBe('fine')
  await expect(askGuarded(url)).rejects.toThrow('no public address')
})

test('a connection takes one look-up: what was checked is what is connected to', async () => {
  const { askGuarded } = opened()
  zone.set('rebinding.example', [['127.0.0.1'], ['10.0.0.1']])
  await askGuarded(url)
  expect(lookups.count).toBe(1)
})

test.skipIf(inner === undefined)(
  'a server on a private address is not reached, whatever else the name leads to',
  async () => {
    const secret = await startOtherServer(inner)
    onTestFinished(secret.stop)
    secret.replies.set('/', { body: 'secret' })
    const { askGuarded, ask } = opened()
    const there = `http://rebinding.example:${new URL(secret.url).port}/`
    zone.set('rebinding.example', [[inner ?? '']])
    // It could be reached.
    expect((await ask(`${secret.url}/`)).bytes.toString()).toBe('secret')
    secret.asked.length = 0
    await expect(askGuarded(there)).rejects.toThrow('no public address')
    zone.set('rebinding.example', [[inner ?? '', '127.0.0.1', '::1']])
    await expect(askGuarded(there)).rejects.toThrow('did not answer')
    expect(secret.asked).toEqual([])
  },
)

test.each([['::ffff:10.0.0.1'], ['169.254.169.254'], ['fd00::1'], ['0.0.0.0'], ['::'], ['fe80::1%eth0']])(
  'a name that leads to %s leads nowhere',
  async (address) => {
    zone.set('rebinding.example', [[address]])
    await expect(opened().askGuarded(url)).rejects.toThrow('no public address')
  },
)

test('a name without any address is no more than a server that does not answer', async () => {
  zone.set('rebinding.example', [[]])
  await expect(opened().askGuarded(url)).rejects.toThrow('no public address')
})
