import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'

export type TestS3 = {
  readonly env: {
    readonly FILE_STORE_URL: string
    readonly S3_ACCESS_KEY_ID: string
    readonly S3_SECRET_ACCESS_KEY: string
  }
  readonly url: string
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/** The one pair of keys that it knows. */
const key = 'S3RVER'

/** A server that speaks S3, on loopback, with one bucket. */
export async function startS3(): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-s3-'))
  const s3 = new S3rver({ directory, silent: true, configureBuckets: [{ name: 'pictures' }] })
  await s3.configureBuckets()
  const handle = s3.callback()
  let server: Server
  let port = 0
  const start = async (): Promise<void> => {
    server = createServer(handle)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  const kill = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => (server.listening ? server.close(resolve) : resolve(undefined)))
  }
  await start()
  const url = `s3://pictures/some/where?endpoint=http://127.0.0.1:${port}`
  return {
    url,
    env: { FILE_STORE_URL: url, S3_ACCESS_KEY_ID: key, S3_SECRET_ACCESS_KEY: key },
    kill,
    start,
    stop: async () => {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
