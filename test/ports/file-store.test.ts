import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diskFileStore } from '../../src/ports/file-store.disk.ts'
import { s3FileStore } from '../../src/ports/file-store.s3.ts'
import { type FileStore, FileStoreError } from '../../src/ports/file-store.ts'
import { fetchFile, pathOf, picture, upload } from '../files/support.ts'
import { said, somebody } from '../moderation/support.ts'
import { startApp } from '../support/app.ts'
import { startS3, type TestS3 } from '../support/s3.ts'

let s3: TestS3
const home = mkdtempSync(join(tmpdir(), 'postern-files-'))
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(async () => {
  await s3.stop()
  rmSync(home, { recursive: true })
})

const ofS3 = (url = s3.url) => s3FileStore({ url, accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' })
const stores: Record<string, () => FileStore> = {
  disk: () => diskFileStore(join(home, 'files')),
  S3: () => ofS3(),
}
async function namesOf(store: FileStore): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of store.list()) names.push(name)
  return names.sort()
}

describe.each(Object.entries(stores))('file store on %s', (_, open) => {
  test('gives back what it was given, byte for byte, until it is deleted', async () => {
    const store = open()
    const bytes = randomBytes(300_000)
    await store.put('one.webp', bytes)
    await store.put('two.webp', Buffer.alloc(0))
    expect((await store.get('one.webp'))?.equals(bytes)).toBe(true)
    expect(await store.get('two.webp')).toEqual(Buffer.alloc(0))
    expect(await namesOf(store)).toEqual(['one.webp', 'two.webp'])
    for await (const { modifiedAt } of store.list())
      expect(Math.abs(modifiedAt.getTime() - Date.now())).toBeLessThan(60_000)
    await store.delete('one.webp')
    await store.delete('one.webp')
    expect(await store.get('one.webp')).toBeUndefined()
    expect(await namesOf(store)).toEqual(['two.webp'])
    await store.delete('two.webp')
  })

  test('has nothing before the first file', async () => {
    const store = open()
    expect(await namesOf(store)).toEqual([])
    expect(await store.get('nothing.webp')).toBeUndefined()
  })
})

test('every failure is a FileStoreError: a folder that is a file, a server that is gone, a bucket that is not there', async () => {
  writeFileSync(join(home, 'in-the-way'), '')
  const expectFailures = async (store: FileStore): Promise<void> => {
    await expect(store.put('a', Buffer.from('x'))).rejects.toThrow(FileStoreError)
    await expect(store.get('a')).rejects.toThrow(FileStoreError)
    await expect(store.delete('a')).rejects.toThrow(FileStoreError)
    await expect(namesOf(store)).rejects.toThrow(FileStoreError)
  }
  await expectFailures(diskFileStore(join(home, 'in-the-way')))
  await expectFailures(ofS3(s3.url.replace('pictures', 'elsewhere')))
  await s3.kill()
  await expectFailures(ofS3())
  await s3.start()
})

test('pictures in S3: kept, shown and deleted; file:upload_error and file:read_error while it is down', async () => {
  const app = await startApp(s3.env)
  const { client } = await somebody(app)
  const url = '/v0/user/me/profile-image'
  const bytes = await picture().png().toBuffer()
  const first = pathOf(await upload(client, url, { bytes }))
  const path = pathOf(await upload(client, url, { bytes }))
  expect((await fetchFile(app, path)).status).toBe(200)
  await expect.poll(() => namesOf(app.deps.fileStore), { timeout: 10_000 }).toEqual([path.split('/').at(-1)])
  expect((await fetchFile(app, first)).status).toBe(400)
  await s3.kill()
  expect(said(await upload(client, url, { bytes }))).toEqual([400, 'file:upload_error'])
  expect(said(await app.client().get(path))).toEqual([400, 'file:read_error'])
  await s3.start()
  expect((await fetchFile(app, path)).status).toBe(200)
  expect((await client.send('DELETE', url)).status).toBe(204)
  await expect.poll(() => namesOf(app.deps.fileStore), { timeout: 10_000 }).toEqual([])
  await app.close()
}, 40_000)

test('a bucket that falls silent in the middle of a picture fails it', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('the first of it')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `s3://pictures?endpoint=http://127.0.0.1:${port}`
  const store = s3FileStore({ url, accessKeyId: 'key', secretAccessKey: 'secret' })
  await expect(store.get('picture.webp')).rejects.toBeInstanceOf(FileStoreError)
  server.closeAllConnections()
  server.close()
})

test('a bucket as Google answers for it: 404 for what is deleted already, and a last page with an empty token', async () => {
  const page = '<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken/></ListBucketResult>'
  const server = createServer(({ method }, response) => {
    if (method === 'GET') response.writeHead(200, { 'content-type': 'application/xml' }).end(page)
    else response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const store = ofS3(`s3://pictures?endpoint=http://127.0.0.1:${port}`)
  await store.delete('gone.webp')
  expect(await namesOf(store)).toEqual([])
  server.closeAllConnections()
  server.close()
})
