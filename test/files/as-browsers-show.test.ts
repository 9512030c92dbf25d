import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { fetchFile, pathOf, picture, pngChunk, upload } from './support.ts'

const url = '/v0/user/me/profile-image'
let app: TestApp
let own: Awaited<ReturnType<typeof somebody>>
beforeAll(async () => {
  app = await startApp()
  own = await somebody(app)
})
afterAll(() => app.close())

const put = (bytes: Buffer, more: object = {}) => upload(own.client, url, { bytes, ...more })

/** The pixels of what is kept, four bytes each. */
async function kept(bytes: Buffer) {
  const answer = await put(bytes)
  expect(said(answer)[0]).toBe(201)
  const webp = (await fetchFile(app, pathOf(answer))).bytes
  expect((await sharp(webp).metadata()).icc).toBeUndefined()
  const { data, info } = await sharp(webp).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return (x: number, y: number) => [...data.subarray(4 * (y * info.width + x)).subarray(0, 4)]
}

const red = [220, 30, 30]

/** Colours as the lossy WebP keeps them. */
const about = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, -1))

const colourTypes = { grey: 0, rgb: 2, greyAlpha: 4, rgba: 6 } as const
type Sort = {
  readonly depth: 8 | 16
  readonly colours: keyof typeof colourTypes
  readonly icc?: Buffer | undefined
  readonly more?: Buffer
}

/** A PNG of one colour, number by number: a library might take the profile into account. */
function pngOf(pixel: readonly number[], { depth, colours, icc, more = Buffer.alloc(0) }: Sort): Buffer {
  const side = 16
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([depth, colourTypes[colours]], 8)
  const samples = pixel.flatMap((value) => (depth === 16 ? [value, value] : [value]))
  const row = [0, ...Array.from({ length: side }, () => samples).flat()]
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    ...(icc ? [pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0'), deflateSync(icc)]))] : []),
    more,
    pngChunk('IDAT', deflateSync(Buffer.from(Array.from({ length: side }, () => row).flat()))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

async function profile(name: 'srgb' | 'p3'): Promise<Buffer> {
  const { icc } = await sharp(await picture().withIccProfile(name).png().toBuffer()).metadata()
  return icc as Buffer
}

/** A profile of greys by https://www.color.org/ICC1v42_2006-05.pdf: the white point, and the curve as a power. */
function greyProfile(power: number): Buffer {
  const number = (value: number): string =>
    Math.round(value * 65_536)
      .toString(16)
      .padStart(8, '0')
  const whitePoint = [0.9642, 1, 0.8249].map(number).join('')
  const tags = [
    ['desc', `64657363${'00000000'}00000005${Buffer.from('grey\0').toString('hex')}${'00'.repeat(79)}`],
    ['wtpt', `58595a20${'00000000'}${whitePoint}`],
    [
      'kTRC',
      `63757276${'00000000'}00000001${Math.round(power * 256)
        .toString(16)
        .padStart(4, '0')}0000`,
    ],
    ['cprt', `74657874${'00000000'}6e6f6e6500000000`],
  ].map(([name = '', hex = '']) => ({ name, data: Buffer.from(hex, 'hex') }))
  let at = 132 + 12 * tags.length
  const table = tags.map(({ name, data }) => {
    const entry = Buffer.alloc(12)
    entry.write(name, 'latin1')
    entry.writeUInt32BE(at, 4)
    entry.writeUInt32BE(data.length, 8)
    at += data.length
    return entry
  })
  const head = Buffer.alloc(132)
  head.writeUInt32BE(at, 0)
  head.write('lcms', 4)
  head.writeUInt32BE(0x02400000, 8)
  head.write('mntrGRAYXYZ ', 12)
  head.write('acsp', 36)
  head.write(whitePoint, 68, 'hex')
  head.writeUInt32BE(tags.length, 128)
  return Buffer.concat([head, ...table, ...tags.map(({ data }) => data)])
}

describe('a PNG of sixteen bits', () => {
  test.each(['grey', 'greyAlpha'] as const)(
    'of %s with a profile of greys looks as with eight bits [FD50]',
    async (colours) => {
      const icc = greyProfile(1)
      for (const grey of [30, 128, 220]) {
        const pixel = colours === 'grey' ? [grey] : [grey, 255]
        const [deep, plain] = [16, 8].map((depth) => pngOf(pixel, { depth: depth as 8 | 16, colours, icc }))
        const looks = (await kept(deep as Buffer))(8, 8)
        expect(looks).toEqual(about((await kept(plain as Buffer))(8, 8)))
        expect(looks[0]).toBeGreaterThan(grey + 10)
      }
    },
  )

  test.each(['srgb', 'p3'] as const)('with the profile %s looks as with eight bits [FD50]', async (name) => {
    const icc = await profile(name)
    for (const pixel of [red, [10, 200, 30], [5, 5, 240], [128, 128, 128], [250, 240, 20]]) {
      const [deep, plain] = [16, 8].map((depth) => pngOf(pixel, { depth: depth as 8 | 16, colours: 'rgb', icc }))
      expect((await kept(deep as Buffer))(8, 8)).toEqual(about((await kept(plain as Buffer))(8, 8)))
    }
  })

  test('with a profile of sRGB keeps its red, and what is transparent in it [FD50]', async () => {
    const icc = await profile('srgb')
    expect((await kept(pngOf(red, { depth: 16, colours: 'rgb', icc })))(8, 8)).toEqual(about([...red, 255]))
    const clear = await kept(pngOf([...red, 128], { depth: 16, colours: 'rgba', icc }))
    expect(clear(8, 8)).toEqual(about([...red, 128]))
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'with a profile and the orientation %i looks as without it [FD50]',
    async (turn) => {
      const exif = Buffer.from(`4d4d002a0000000800010112000300000001000${turn}000000000000`, 'hex')
      const icc = await profile('p3')
      const turned = pngOf(red, { depth: 16, colours: 'rgb', icc, more: pngChunk('eXIf', exif) })
      expect((await kept(turned))(8, 8)).toEqual((await kept(pngOf(red, { depth: 16, colours: 'rgb', icc })))(8, 8))
    },
  )

  test.each<[string, Omit<Sort, 'depth'>, number[]]>([
    ['without a profile', { colours: 'rgb' }, red],
    ['with a profile that is none', { colours: 'rgb', icc: Buffer.from('no profile') }, red],
    ['grey, without a profile', { colours: 'grey' }, [220]],
  ])('%s keeps its numbers [FD50]', async (_, sort, pixel) => {
    const expected = pixel.length === 1 ? Array(3).fill(pixel[0]) : pixel
    expect((await kept(pngOf(pixel, { ...sort, depth: 16 })))(8, 8)).toEqual(about([...expected, 255]))
  })

  test('made by the library, with a profile and interlaced, looks as it did [FD50]', async () => {
    const made = picture(64, 48, 'rgb(220,30,30)')
      .toColourspace('rgb16')
      .withIccProfile('p3')
      .png({ progressive: true })
    expect((await kept(await made.toBuffer()))(30, 20)).toEqual(about([...red, 255]))
  })
})

const noise = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: '#f00', noise: { type: 'gaussian', mean: 128, sigma: 50 } },
  })

/** Without the extension that would say which of its colours is transparent, so that none is. */
async function opaqueGif(width: number, height: number): Promise<{ gif: Buffer; descriptorAt: number }> {
  const made = await noise(width, height).gif({ colours: 256, progressive: false }).toBuffer()
  const at = made.indexOf(Buffer.from('21f904', 'hex'))
  return { gif: Buffer.concat([made.subarray(0, at), made.subarray(at + 8)]), descriptorAt: at }
}

describe('a GIF', () => {
  test.each([
    [0, 0],
    [7, 5],
  ])('whose first frame is smaller than its canvas, at %i, %i, is transparent around it [FD51]', async (left, top) => {
    const { gif, descriptorAt } = await opaqueGif(20, 10)
    gif.writeUInt16LE(60, 6)
    gif.writeUInt16LE(40, 8)
    gif.writeUInt16LE(left, descriptorAt + 1)
    gif.writeUInt16LE(top, descriptorAt + 3)
    const pixel = await kept(gif)
    expect([pixel(left + 10, top + 5)[3], pixel(left + 19, top + 9)[3]]).toEqual([255, 255])
    for (const [x, y] of [
      [59, 39],
      [left + 21, top],
      [left, top + 11],
    ] as const)
      expect(pixel(x, y)[3]).toBe(0)
  })

  test('that fills its canvas stays opaque, and so do its colours [FD51]', async () => {
    const { gif } = await opaqueGif(20, 10)
    const pixel = await kept(gif)
    expect([pixel(0, 0)[3], pixel(19, 9)[3]]).toEqual([255, 255])
  })

  test('that moves is shown although it breaks off after its first frame [FD51]', async () => {
    const frames = await Promise.all(['#f00', '#00f'].map((colour) => picture(64, 48, colour).png().toBuffer()))
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    expect((await kept(gif.subarray(0, gif.length - 15)))(30, 20)).toEqual(about([255, 0, 0, 255]))
  })
})

/** Its data is of an odd length. */
async function paddedWebp(): Promise<Buffer> {
  for (let width = 40; ; width++) {
    const webp = await noise(width, 48).webp({ lossless: true }).toBuffer()
    if (webp.readUInt32LE(16) % 2 === 1) return webp
  }
}

describe('a picture that lacks no more than its end', () => {
  test.each<[string, number, () => Promise<Buffer>]>([
    ['JPEG', 1, () => noise(64, 48).jpeg().toBuffer()],
    ['JPEG', 2, () => noise(64, 48).jpeg().toBuffer()],
    ['progressive JPEG', 2, () => noise(64, 48).jpeg({ progressive: true }).toBuffer()],
    ['JPEG in CMYK', 2, () => picture().toColourspace('cmyk').jpeg().toBuffer()],
    ['PNG', 4, () => noise(64, 48).png().toBuffer()],
    ['PNG', 12, () => noise(64, 48).png().toBuffer()],
    ['PNG', 13, () => noise(64, 48).png().toBuffer()],
    ['interlaced PNG', 16, () => noise(64, 48).png({ progressive: true }).toBuffer()],
    ['GIF', 1, async () => (await opaqueGif(64, 48)).gif],
    ['GIF', 2, async () => (await opaqueGif(64, 48)).gif],
    ['WebP with a byte of padding', 1, paddedWebp],
  ])('%s without its last bytes, %i of them, is accepted [FD51]', async (_, missing, make) => {
    const whole = await make()
    const cut = await kept(whole.subarray(0, whole.length - missing))
    expect(cut(20, 10)).toEqual((await kept(whole))(20, 10))
  })

  test('a moving WebP that breaks off after its first frame, or whose head counts too many bytes, is accepted [FD51]', async () => {
    const frames = await Promise.all(['#f00', '#00f'].map((colour) => picture(64, 48, colour).png().toBuffer()))
    const moving = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer()
    const boastful = await picture(64, 48, '#f00').webp().toBuffer()
    boastful.writeUInt32LE(boastful.length + 100, 4)
    for (const webp of [moving.subarray(0, moving.length - 20), boastful])
      expect((await kept(webp))(30, 20)).toEqual(about([255, 0, 0, 255]))
  })

  test.each<[string, () => Promise<Buffer>]>([
    ['JPEG', () => noise(64, 48).jpeg().toBuffer()],
    ['progressive JPEG', () => noise(64, 48).jpeg({ progressive: true }).toBuffer()],
    ['PNG', () => noise(64, 48).png().toBuffer()],
    ['GIF', async () => (await opaqueGif(64, 48)).gif],
    ['WebP', () => noise(64, 48).webp().toBuffer()],
  ])('file:upload_error: %s without the half of its bytes [FD51]', async (_, make) => {
    const whole = await make()
    expect(said(await put(whole.subarray(0, whole.length / 2)))).toEqual([400, 'file:upload_error'])
  })
})

describe('the part file', () => {
  test.each([
    ['image/png', null],
    ['application/octet-stream', null],
    ['image/png', ''],
  ])('of the type %s with the filename %j is the file [FD51]', async (type, filename) => {
    expect((await put(await noise(64, 48).png().toBuffer(), { type, filename })).status).toBe(201)
  })

  test('without a filename has the same limit [FD51 FS1]', async () => {
    const large = Buffer.concat([await picture().png().toBuffer(), Buffer.alloc(4 * 1024 * 1024)])
    expect(said(await put(large, { filename: null }))).toEqual([413, 'FILE_TOO_LARGE'])
  })
})
