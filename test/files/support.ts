import { type ClientRequest, request } from 'node:http'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import type { TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'

/** A picture of one colour, red unless said otherwise. */
export const picture = (width = 64, height = 48, background = '#f00') =>
  sharp({ create: { width, height, channels: 3, background } })

export function pngChunk(type: string, data: Buffer): Buffer {
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
  const content = Buffer.concat([Buffer.from(type), data])
  length.writeUInt32BE(data.length)
  crc.writeUInt32BE(crc32(content))
  return Buffer.concat([length, content, crc])
}

/** A PNG that says it is that large, with these chunks; where nothing is said of its bytes all of it is black. */
export function png(
  width: number,
  height: number,
  chunks: readonly Buffer[],
  bytes = height * (3 * width + 1),
): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    ...chunks,
    pngChunk('IDAT', deflateSync(Buffer.alloc(bytes))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

type Part = {
  readonly name?: string
  readonly bytes: Buffer
  readonly type?: string
  /** Null: the part has none. */
  readonly filename?: string | null
}

export function multipart({ name = 'file', bytes, type = 'image/png', filename = 'a' }: Part) {
  const boundary = 'x-boundary-x'
  const named = filename === null ? '' : `; filename="${filename}"`
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${named}\r\ncontent-type: ${type}\r\n\r\n`
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
  const begun = request(`${app.origin}${url}`, {
    method: 'POST',
    agent: false,
    headers: { ...client.headers, ...headers, cookie },
  })
  begun.on('error', () => undefined)
  return begun
}
