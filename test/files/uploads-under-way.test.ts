import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
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
    const people = await Promise.all(addresses.map(somebodyAt))
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
})
