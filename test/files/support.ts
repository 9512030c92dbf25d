import { type ClientRequest, request } from 'node:http'
import sharp from 'sharp'
import type { TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'

/** A picture of one colour, red unless said otherwise. */
export const picture = (width = 64, height = 48, background = '#f00') =>
  sharp({ create: { width, height, channels: 3, background } })

type Part = { readonly name?: string; readonly bytes: Buffer; readonly type?: string }

export function multipart({ name = 'file', bytes, type = 'image/png' }: Part) {
  const boundary = 'x-boundary-x'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="a"\r\ncontent-type: ${type}\r\n\r\n`
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}

export const upload = (client: TestClient, url: string, part: Part): Promise<Answer> => {
  const { headers, body } = multipart(part)
  return client.send('POST', url, { headers, bytes: body })
}

/** The path of a file's URL. */
export const pathOf = (answer: Answer): string => new URL(String(answer.body.image_url)).pathname

export async function fetchFile(app: TestApp, path: string) {
  const reply = await app.app.inject({ url: path, headers: { host: 'auth.example.com' } })
  return { status: reply.statusCode, headers: reply.headers, bytes: reply.rawPayload }
}

/** An upload over a socket that the test may break off in the middle. */
export function beginUpload(app: TestApp, client: TestClient, url: string): ClientRequest {
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const { headers } = multipart({ bytes: Buffer.alloc(0) })
  const begun = request(`${app.origin}${url}`, { method: 'POST', agent: false, headers: { ...headers, cookie } })
  begun.on('error', () => undefined)
  return begun
}
