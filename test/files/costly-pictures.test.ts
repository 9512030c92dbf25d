import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Decoders, openDecoders } from '../../src/files/decoders.ts'
import { said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { picture, png, pngChunk, upload } from './support.ts'

const url = '/v0/user/me/profile-image'
let app: TestApp
let people: Awaited<ReturnType<typeof somebody>>[]
beforeAll(async () => {
  app = await startApp()
  people = await Promise.all(Array.from({ length: 5 }, () => somebody(app)))
  // The last has a network of its own; those of the others are in one /48.
  for (const [index, { client }] of people.entries())
    client.headers['x-forwarded-for'] = index === 4 ? '192.0.2.7' : `2001:db8:7:${index}::1`
})
afterAll(() => app.close())

const put = (who: number, bytes: Buffer) => upload((people[who] as (typeof people)[0]).client, url, { bytes })

/** Made of a picture of 64 × 64 by `jpegtran -scans` (libjpeg-turbo 2.1), whose script had a line for each coefficient: it takes no more lines. */
const hundredScans = readFileSync(join(import.meta.dirname, 'hundred-scans.jpg'))
const startOfScan = Buffer.from([0xff, 0xda])

/** The last scan so many times more, as often as the file may be large. */
function withMoreScans(times: number): Buffer {
  const last = hundredScans.subarray(hundredScans.lastIndexOf(startOfScan), -2)
  return Buffer.concat([hundredScans.subarray(0, -2), ...Array(times).fill(last), hundredScans.subarray(-2)])
}

/** Small, but for the text in it, which is packed a thousand times. */
function packedTexts(count: number): Buffer {
  const text = Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(8_000_000, 65), { level: 9 })])
  return png(64, 64, Array(count).fill(pngChunk('zTXt', text)))
}

const largest = () => sharp({ create: { width: 5000, height: 5000, channels: 3, background: '#888' } })

describe(`POST ${url}`, () => {
  test('a hundred scans are decoded, one more is not: file:upload_error at once [AT4]', async () => {
    expect(hundredScans.toString('latin1').split(startOfScan.toString('latin1'))).toHaveLength(101)
    expect((await put(0, hundredScans)).status).toBe(201)
    for (const bytes of [withMoreScans(1), withMoreScans(100_000)])
      expect([bytes.length < 4 * 2 ** 20, ...said(await put(0, bytes))]).toEqual([true, 400, 'file:upload_error'])
  })

  test('scans in what a JPEG carries beside itself do not count: a thumbnail, what follows its end [AT4]', async () => {
    const plain = await picture().jpeg().toBuffer()
    const many = Buffer.concat(Array(200).fill(startOfScan))
    const segment = Buffer.concat([Buffer.from([0xff, 0xe9, 0, 0]), many])
    segment.writeUInt16BE(segment.length - 2, 2)
    const bytes = Buffer.concat([plain.subarray(0, 2), segment, plain.subarray(2), many])
    expect((await put(0, bytes)).status).toBe(201)
  })

  test.each<[string, () => Promise<Buffer>]>([
    [
      'progressive JPEG, turned',
      () => largest().withMetadata({ orientation: 6 }).jpeg({ progressive: true }).toBuffer(),
    ],
    ['PNG', () => largest().png().toBuffer()],
    ['GIF', () => largest().gif({ colours: 2, effort: 1, dither: 0 }).toBuffer()],
    ['WebP', () => largest().webp({ quality: 1, effort: 0 }).toBuffer()],
  ])('the largest %s that may be sent is decoded within its two seconds [AT4]', async (_, make) => {
    expect((await put(1, await make())).status).toBe(201)
  })

  test('what takes longer is file:upload_error, and no other network waits for it, however many accounts send it [AT4]', async () => {
    const costly = packedTexts(400)
    let isOver = false
    const refused = Promise.all([1, 2].map((who) => put(who, costly).then(said))).finally(() => {
      isOver = true
    })
    const small = await picture().png().toBuffer()
    // While they are at it, which is one after the other.
    let others = 0
    for (; !isOver && others < 20; others++) expect((await put(4, small)).status).toBe(201)
    expect(await refused).toEqual(Array(2).fill([400, 'file:upload_error']))
    expect(others).toBeGreaterThan(2)
  })
})

describe('the processes that decode', () => {
  /** Linux says what each process was started with; of others nothing is known. */
  async function running(): Promise<number[]> {
    const all = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
    const found = await Promise.all(
      all.map(async (pid) => {
        const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '')
        const parent = /\) \S (\d+)/.exec(await read('stat'))?.[1]
        return parent === String(process.pid) && (await read('cmdline')).includes('files/decoder') ? [Number(pid)] : []
      }),
    )
    return found.flat()
  }
  let decoders: Decoders
  let bytes: Buffer
  beforeAll(async () => {
    bytes = await picture().png().toBuffer()
  })
  const decode = (network = 'somewhere') => decoders.decode(network, { bytes, mostPixelsAside: 64 })

  test.skipIf(process.platform !== 'linux')(
    'none before the first picture, no more than two, none after the end; one that stands still is killed [AT4]',
    async () => {
      const before = await running()
      const own = async () => (await running()).filter((pid) => !before.includes(pid))
      decoders = openDecoders({ deadlineMs: 4000 })
      expect(await own()).toEqual([])
      expect(await decode()).toBeInstanceOf(Uint8Array)
      const [first = 0, ...others] = await own()
      expect(others).toEqual([])
      process.kill(first, 'SIGSTOP')
      const [stuck, fine] = [decode('first'), decode('second')]
      expect(await fine).toBeInstanceOf(Uint8Array)
      expect(await stuck).toBeUndefined()
      await expect.poll(own).not.toContain(first)
      await Promise.all(Array.from({ length: 6 }, (_, index) => decode(String(index))))
      expect((await own()).length).toBeLessThanOrEqual(2)
      decoders.close()
      await expect.poll(own, { timeout: 5000 }).toEqual([])
    },
  )
})
