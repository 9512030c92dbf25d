import { readdir, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { said, somebody } from '../moderation/support.ts'
import { publicUrl, startApp, type TestApp } from '../support/app.ts'
import { turns } from '../support/long-form.ts'
import { beginUpload, fetchFile, multipart, pathOf, picture, png, upload } from './support.ts'

const url = '/v0/user/me/profile-image'
const banner = '/v0/user/me/banner-image'
const MiB = 1024 * 1024
let app: TestApp
let own: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  own = await somebody(app)
})
afterAll(() => app.close())

const folderOf = (of: TestApp) => fileURLToPath(of.config.fileStoreUrl)
const stored = async (of = app) => (await readdir(folderOf(of)).catch(() => [])).sort()
const put = (bytes: Buffer, more: object = {}) => upload(own.client, url, { bytes, ...more })

/** Fills the file up behind the end of the picture, where decoders do not look. */
const ofSize = (bytes: Buffer, size: number) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])

/** A PNG that says it is that large, and holds nothing. */
const boastfulPng = (width: number, height: number) => png(width, height, [], 1000)

describe(`POST ${url}`, () => {
  test.each(['jpeg', 'png', 'gif', 'webp'] as const)('%s becomes a WebP that everybody may see', async (format) => {
    const answer = await put(await picture().toFormat(format).toBuffer())
    expect(answer.status).toBe(201)
    expect(String(answer.body.image_url)).toMatch(new RegExp(`^${publicUrl}/v0/files/[\\w-]{32}\\.webp$`))
    const file = await fetchFile(app, pathOf(answer))
    expect(file.status).toBe(200)
    const { format: kept, width, height } = await sharp(file.bytes).metadata()
    expect([kept, width, height]).toEqual(['webp', 64, 48])
    expect((await own.client.get('/v0/user/me')).body.profile_image).toBe(answer.body.image_url)
    const profile = await app.client().get(`/v0/users/profile/id?user_id=${own.id}`)
    expect(profile.body.profile_image).toBe(answer.body.image_url)
  })

  test('turned as its orientation says, and without any metadata [FS2]', async () => {
    const bytes = await picture(40, 20)
      .withExif({ IFD0: { Copyright: 'secret-place', Software: 'camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const { bytes: webp } = await fetchFile(app, pathOf(await put(bytes)))
    const kept = await sharp(webp).metadata()
    expect([kept.width, kept.height]).toEqual([20, 40])
    expect([kept.exif, kept.xmp, kept.iptc, kept.icc, kept.orientation]).toEqual(Array(5).fill(undefined))
    expect(webp.includes('secret-place')).toBe(false)
  })

  test('what follows the picture in its bytes is not kept: no polyglots [FS2]', async () => {
    const script = '<script>alert(1)</script>'
    const bytes = Buffer.concat([await picture().gif().toBuffer(), Buffer.from(script)])
    const { bytes: webp } = await fetchFile(app, pathOf(await put(bytes)))
    expect(webp.includes('script')).toBe(false)
  })

  test('of a moving picture the first frame, never larger than it is shown', async () => {
    const frames = await Promise.all(['#f00', '#00f'].map((colour) => picture(2000, 1000, colour).png().toBuffer()))
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    const { bytes } = await fetchFile(app, pathOf(await put(gif)))
    const kept = await sharp(bytes, { animated: true }).metadata()
    expect([kept.width, kept.height, kept.pages ?? 1]).toEqual([1024, 512, 1])
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    expect([Number(data[0]) > 200, Number(data[2]) < 50]).toEqual([true, true])
  })

  test('takes the place of the one before, which is gone with its bytes', async () => {
    const first = pathOf(await put(await picture().png().toBuffer()))
    const second = pathOf(await put(await picture().png().toBuffer()))
    expect((await fetchFile(app, first)).status).toBe(400)
    expect((await fetchFile(app, second)).status).toBe(200)
    await expect.poll(() => stored(), { timeout: 10_000 }).toEqual([second.split('/').at(-1)])
  })

  test('a banner is a picture of its own', async () => {
    const profile = (await put(await picture().png().toBuffer())).body.image_url
    const answer = await upload(own.client, banner, { bytes: await picture(3000, 1000).png().toBuffer() })
    expect(answer.status).toBe(201)
    const { width } = await sharp((await fetchFile(app, pathOf(answer))).bytes).metadata()
    expect(width).toBe(2048)
    const { body } = await own.client.get('/v0/user/me')
    expect([body.profile_image, body.banner_image]).toEqual([profile, answer.body.image_url])
    await own.client.post('/v0/auth/reauthenticate', { password: own.person.password })
    expect((await own.client.get('/v0/user/me/export')).body.files).toEqual([
      { kind: 'banner_image', url: answer.body.image_url },
      { kind: 'profile_image', url: profile },
    ])
  })

  test.each([
    [url, 4],
    [banner, 8],
  ])(
    'FILE_TOO_LARGE: %s takes %i MiB and not a byte more, whether its length is told or not [FS1]',
    async (to, most) => {
      const png = await picture().png().toBuffer()
      expect((await upload(own.client, to, { bytes: ofSize(png, most * MiB) })).status).toBe(201)
      expect(said(await upload(own.client, to, { bytes: ofSize(png, most * MiB + 1) }))).toEqual([
        413,
        'FILE_TOO_LARGE',
      ])
      expect(said(await upload(own.client, to, { bytes: ofSize(png, 2 * most * MiB) }))).toEqual([
        413,
        'FILE_TOO_LARGE',
      ])
      const begun = beginUpload(app, own.client, to)
      const status = new Promise((resolve) => begun.on('response', (response) => resolve(response.statusCode)))
      begun.end(multipart({ bytes: ofSize(png, most * MiB + 1) }).body)
      expect(await status).toBe(413)
    },
  )

  test.each([
    [50_000, 50_000],
    [5001, 5000],
  ])('FILE_TOO_LARGE: a picture that says it has %i × %i pixels is not decoded [FS1]', async (width, height) => {
    const before = process.memoryUsage().rss
    expect(said(await put(boastfulPng(width, height)))).toEqual([413, 'FILE_TOO_LARGE'])
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MiB)
  })

  test.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['SVG with a prolog', '<?xml version="1.0"?>\n<!-- a --><svg/>'],
    ['HTML', '<!doctype html><p>'],
    ['PDF', '%PDF-1.7\n'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['TIFF', `II*\0\x08\0\0\0\x01\0${'\0'.repeat(64)}`],
    ['ZIP', 'PK\x03\x04\x14\0\0\0\0\0'],
  ])('file:unsupported_type: %s, whatever it says it is [FS2]', async (_, text) => {
    for (const to of [url, banner])
      expect(said(await upload(own.client, to, { bytes: Buffer.from(text, 'latin1') }))).toEqual([
        415,
        'file:unsupported_type',
      ])
  })

  test.each<[string, () => Promise<Buffer> | Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['noise', () => Buffer.from('what is this?')],
    ['a picture that is cut off', async () => (await picture(500, 500).png().toBuffer()).subarray(0, 200)],
    ['no more than its signature', () => Buffer.from('89504e470d0a1a0a', 'hex')],
  ])('file:upload_error: %s', async (_, make) => {
    expect(said(await put(await make()))).toEqual([400, 'file:upload_error'])
  })

  test('file:upload_error: no multipart, no part of that name, a frame that is broken', async () => {
    const png = await picture().png().toBuffer()
    expect(said(await put(png, { name: 'picture' }))).toEqual([400, 'file:upload_error'])
    const { headers, body } = multipart({ bytes: png })
    const send = (more: object) => own.client.send('POST', url, more).then(said)
    const types = [
      'image/png',
      'text/plain',
      'application/json',
      'multipart/form-data',
      'multipart/form-data\ta',
      'x',
      '',
    ]
    for (const type of types)
      expect([type, ...(await send({ headers: { 'content-type': type }, bytes: png }))]).toEqual([
        type,
        400,
        'file:upload_error',
      ])
    expect(await send({})).toEqual([400, 'file:upload_error'])
    expect(await send({ headers, bytes: body.subarray(0, body.length - 30) })).toEqual([400, 'file:upload_error'])
  })

  test('file:upload_error: a store that takes nothing; the picture of before stays', async () => {
    const broken = await startApp()
    const { client } = await somebody(broken)
    const png = await picture().png().toBuffer()
    const { body } = await upload(client, url, { bytes: png })
    await rm(folderOf(broken), { recursive: true })
    await writeFile(folderOf(broken), 'in the way')
    expect(said(await upload(client, url, { bytes: png }))).toEqual([400, 'file:upload_error'])
    expect((await client.get('/v0/user/me')).body.profile_image).toBe(body.image_url)
    await rm(folderOf(broken))
    expect((await upload(client, url, { bytes: png })).status).toBe(201)
    await broken.close()
  })

  test('rate_limit:exceeded: another upload of the account while one is under way', async () => {
    const png = await picture().png().toBuffer()
    const begin = () => {
      const begun = beginUpload(app, own.client, url)
      begun.write(multipart({ bytes: Buffer.alloc(1000) }).body.subarray(0, 500))
      return begun
    }
    let begun = begin()
    // If the whole one reaches the server first, the other one is refused.
    const beside = async () => {
      begun.destroy()
      begun = begin()
      return said(await put(png))
    }
    await expect.poll(beside, { timeout: 10_000 }).toEqual([429, 'rate_limit:exceeded'])
    begun.destroy()
    await expect.poll(async () => (await put(png)).status, { timeout: 10_000 }).toBe(201)
  })

  test('uploads that are broken off leave nothing behind [FS5]', async () => {
    const apart = await startApp()
    const people = await Promise.all(Array.from({ length: 8 }, () => somebody(apart)))
    const sockets: Socket[] = []
    apart.app.server.on('connection', (socket) => sockets.push(socket))
    const part = multipart({ bytes: ofSize(await picture().png().toBuffer(), 100_000) }).body
    const abort = async (turn: number): Promise<void> => {
      const begun = beginUpload(apart, (people[turn % people.length] as (typeof people)[0]).client, url)
      await new Promise<void>((resolve) =>
        begun.write(part.subarray(0, 50 + ((turn * 997) % 100_000)), () => resolve()),
      )
      begun.destroy()
    }
    for (let turn = 0; turn < turns(160, 1000); turn += people.length)
      await Promise.all(people.map((_, index) => abort(turn + index)))
    await expect.poll(() => sockets.every((socket) => socket.destroyed), { timeout: 10_000 }).toBe(true)
    expect(await stored(apart)).toEqual([])
    expect(await apart.sql('select name from files')).toEqual([])
    const { client } = people[0] as (typeof people)[0]
    expect((await upload(client, url, { bytes: await picture().png().toBuffer() })).status).toBe(201)
    expect(await stored(apart)).toHaveLength(1)
    await apart.close()
  })

  test('a deleted account leaves no file behind [DA2]', async () => {
    const { client, person } = await somebody(app)
    const paths = [pathOf(await upload(client, url, { bytes: await picture().png().toBuffer() }))]
    paths.push(pathOf(await upload(client, banner, { bytes: await picture().png().toBuffer() })))
    await client.send('DELETE', '/v0/user/me', { body: { password: person.password } })
    for (const path of paths) {
      expect((await fetchFile(app, path)).status).toBe(400)
      await expect.poll(() => stored(), { timeout: 10_000 }).not.toContain(path.split('/').at(-1))
    }
  })
})

describe(`DELETE ${url}`, () => {
  test.each([url, banner])('%s: gone from the account and from the store', async (from) => {
    const { client } = await somebody(app)
    const path = pathOf(await upload(client, from, { bytes: await picture().png().toBuffer() }))
    expect((await client.send('DELETE', from)).status).toBe(204)
    expect((await client.get('/v0/user/me')).body).not.toHaveProperty(from === url ? 'profile_image' : 'banner_image')
    expect((await fetchFile(app, path)).status).toBe(400)
    await expect.poll(() => stored(), { timeout: 10_000 }).not.toContain(path.split('/').at(-1))
  })

  test.each([url, banner])('%s: file:not_found where none is set', async (from) => {
    const { client } = await somebody(app)
    expect(said(await client.send('DELETE', from))).toEqual([400, 'file:not_found'])
  })
})
