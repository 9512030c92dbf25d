import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { beginUpload, multipart, picture, upload } from './support.ts'

const url = '/v0/user/me/profile-image'
let app: TestApp
let body: Buffer
beforeAll(async () => {
  app = await startApp()
  body = multipart({ bytes: Buffer.concat([await picture().png().toBuffer(), Buffer.alloc(40_000)]) }).body
})
afterAll(() => app.close())

async function somebodyAt(address: string) {
  const { client } = await somebody(app)
  client.headers['x-forwarded-for'] = address
  return client
}

describe(`POST ${url}`, () => {
  test('rate_limit:exceeded: uploads of one /48 that stand still leave half of the places to others [AT4]', async () => {
    const other = await somebodyAt('192.0.2.7')
    const addresses = Array.from({ length: 16 }, (_, index) => `2001:db8:7:${index}::1`)
    const people: TestClient[] = []
    // One after the other: what hashes for one network has bounds of its own.
    for (const address of addresses) people.push(await somebodyAt(address))
    const refused: unknown[] = []
    const begun = people.map((client) => {
      const one = beginUpload(app, client, url)
      one.on('response', ({ statusCode }) => refused.push(statusCode))
      one.write(body.subarray(0, 500))
      return one
    })
    await expect.poll(() => refused, { timeout: 4000 }).toEqual(Array(8).fill(429))
    expect((await upload(other, url, { bytes: await picture().png().toBuffer() })).status).toBe(201)
    for (const one of begun) one.destroy()
  })

  test('an upload that stands still or drips loses its place, one that is slow does not [AT4]', async () => {
    const [still, dripping, slow] = await Promise.all(
      ['192.0.2.8', '192.0.2.9', '192.0.2.10'].map(async (address) => {
        const client = await somebodyAt(address)
        const begun = beginUpload(app, client, url)
        const end = new Promise((resolve) => {
          begun.on('response', ({ statusCode }) => resolve(statusCode))
          begun.on('close', () => resolve('closed'))
        })
        begun.write(body.subarray(0, 500))
        let sent = 500
        const send = (bytes: number): void => {
          sent += bytes
          if (sent < body.length) begun.write(body.subarray(sent - bytes, sent))
          else begun.end(body.subarray(sent - bytes))
        }
        return { client, end, send }
      }),
    )
    if (!still || !dripping || !slow) throw new Error('nobody')
    const timers = [setInterval(() => dripping.send(1), 200), setInterval(() => slow.send(2500), 400)]
    const begunAt = performance.now()
    expect(await Promise.all([still.end, dripping.end])).toEqual(['closed', 'closed'])
    expect(performance.now() - begunAt).toBeLessThan(15_000)
    expect(await slow.end).toBe(201)
    for (const timer of timers) clearInterval(timer)
    for (const { client } of [still, dripping])
      expect((await upload(client, url, { bytes: await picture().png().toBuffer() })).status).toBe(201)
  })
})
