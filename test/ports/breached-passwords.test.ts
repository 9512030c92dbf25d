import { createHash, randomBytes } from 'node:crypto'
import { renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openOutbound } from '../../src/outbound/ask.ts'
import { outboundPolicy } from '../../src/outbound/policy.ts'
import { fileHashes } from '../../src/ports/breached-passwords.file.ts'
import { rangeHashes } from '../../src/ports/breached-passwords.range.ts'
import { type Asker, openBreachedPasswords } from '../../src/ports/breached-passwords.ts'
import { useFolder } from '../support/folder.ts'
import { openRangeService, type RangeService, says, tellsAll } from '../support/range-service.ts'

const log = pino({ level: 'silent' })
const somebody = (): Asker => ({ party: randomBytes(4).toString('hex'), lane: 'known' })

describe('a range service', () => {
  let service: RangeService
  const outbound = openOutbound(outboundPolicy({ appEnv: 'test', outboundAllow: [] }))
  beforeAll(async () => {
    service = await openRangeService()
  })
  beforeEach(() => {
    service.asked.length = 0
    service.manner = tellsAll
  })
  afterAll(async () => {
    await outbound.close()
    await service.stop()
  })
  const open = () =>
    openBreachedPasswords({ hashes: rangeHashes({ url: service.url.replace(/\/$/, ''), outbound }), log })

  test('the SHA-1 of "password" begins with 5BAA6 and goes on with 1E4C9B93F3F0682250B6CF8331B7EE68FD8 [PW7 PW8]', async () => {
    service.manner = says(() => '1E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004\r\n1E4C9B93F3F0682250B6CF8331B7EE68FD9:0')
    expect(await open().has('password', somebody())).toBe('yes')
    expect(service.asked.map(({ path }) => path)).toEqual(['/range/5BAA6'])
  })

  test('in lower case and with other ends of lines as well; a rest that only begins alike is another [PW7]', async () => {
    service.manner = says(() => '1e4c9b93f3f0682250b6cf8331b7ee68fd8:1\n')
    expect(await open().has('password', somebody())).toBe('yes')
    service.manner = says(() => '1E4C9B93F3F0682250B6CF8331B7EE68FD9:1')
    expect(await open().has('password', somebody())).toBe('no')
  })

  test('a range is asked for once an hour, also by several at the same moment; a failure is not kept [PW9]', async () => {
    const passwords = open()
    service.manner = says(String, 500)
    expect(await passwords.has('password', somebody())).toBe('unknown')
    service.manner = tellsAll
    service.leak('password')
    service.asked.length = 0
    const answers = await Promise.all(Array.from({ length: 8 }, () => passwords.has('password', somebody())))
    expect([...answers, await passwords.has('password', somebody())]).toEqual(Array.from({ length: 9 }, () => 'yes'))
    expect(service.asked).toHaveLength(1)
  })
})

describe('at a time', () => {
  const of = (lane: Asker['lane'], count: number, party?: string): Asker[] =>
    Array.from({ length: count }, (_, index) => ({ lane, party: party ?? String(index) }))

  /** As a file system that hangs, until it is told to go on. */
  function hangingHashes() {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const hashes = {
      begun: 0,
      has: () => {
        hashes.begun++
        return promise
      },
      goOn: () => resolve(false),
    }
    return hashes
  }

  test.each([
    ['16 of all', of('known', 20), 16],
    ['12 of strangers', of('stranger', 20), 12],
    ['8 of sign-ins', of('sign-in', 20), 8],
    ['4 of one network or account', of('stranger', 20, 'one'), 4],
    ['what strangers leave', [...of('stranger', 20), ...of('known', 20)], 16],
  ])('%s are looked up, and the others unknown at once [PW9]', async (_, askers, most) => {
    const hashes = hangingHashes()
    const passwords = openBreachedPasswords({ hashes, log })
    const said = askers.map((asker, index) => passwords.has(`passphrase ${index}`, asker))
    await expect.poll(() => passwords.counts.unknown).toBe(askers.length - most)
    expect(hashes.begun).toBe(most)
    hashes.goOn()
    await Promise.all(said)
    expect(await passwords.has('another', askers[0] as Asker)).toBe('no')
  })

  test('what hangs is unknown at the deadline, and keeps its place until its end [PW9 FT14]', async () => {
    const hashes = hangingHashes()
    const passwords = openBreachedPasswords({ hashes, log })
    const [asker] = of('known', 1) as [Asker]
    const all = Array.from({ length: 4 }, (_, index) => passwords.has(`passphrase ${index}`, asker))
    expect(await Promise.all(all)).toEqual(['unknown', 'unknown', 'unknown', 'unknown'])
    expect([await passwords.has('one more', asker), hashes.begun]).toEqual(['unknown', 4])
    hashes.goOn()
    await expect.poll(() => passwords.has('one more', asker)).toBe('no')
  })
})

describe('a file', () => {
  const dir = useFolder('breached')
  const count = 20_000
  let path: string
  let sorted: Buffer[]
  let bytes: Buffer
  beforeAll(() => {
    path = join(dir, 'pwned.bin')
    sorted = Array.from({ length: count }, () => randomBytes(8)).sort(Buffer.compare)
    bytes = Buffer.concat(sorted)
    writeFileSync(path, bytes)
  })
  const whole = (entry: Buffer): Buffer => Buffer.concat([entry, randomBytes(12)])
  const fails = (file: string, entry = sorted[count >> 1] as Buffer) => expect(fileHashes(file).has(whole(entry)))

  function isAmong(entry: Buffer): boolean {
    for (let at = 0; at < bytes.length; at += 8) if (bytes.compare(entry, 0, 8, at, at + 8) === 0) return true
    return false
  }

  test('says of 1,000 hashes what a linear scan says, of its first and last as well [PW7]', async () => {
    const hashes = fileHashes(path)
    const known = Array.from({ length: 498 }, () => sorted[Math.floor(Math.random() * count)] as Buffer)
    const strange = Array.from({ length: 500 }, () => randomBytes(8))
    for (const entry of [...known, ...strange, sorted[0] as Buffer, sorted.at(-1) as Buffer])
      expect(await hashes.has(whole(entry))).toBe(isAmong(entry))
    for (const edge of ['0000000000000000', 'ffffffffffffffff'])
      expect(await hashes.has(whole(Buffer.from(edge, 'hex')))).toBe(false)
  })

  test.each([1, 2, 511, 512, 513])('of %i entries says the same [PW7]', async (few) => {
    const file = join(dir, `few-${few}.bin`)
    const entries = Array.from({ length: few }, () => randomBytes(8)).sort(Buffer.compare)
    writeFileSync(file, Buffer.concat(entries))
    for (const entry of entries.slice(-50)) expect(await fileHashes(file).has(whole(entry))).toBe(true)
    for (let turn = 0; turn < 20; turn++) expect(await fileHashes(file).has(randomBytes(20))).toBe(false)
  })

  test('whose values lie unevenly says the same, only after more reads [PW7]', async () => {
    const file = join(dir, 'uneven.bin')
    const crowded = Array.from({ length: 20_000 }, () => Buffer.concat([Buffer.from('8000', 'hex'), randomBytes(6)]))
    const entries = [Buffer.alloc(8), ...crowded, Buffer.alloc(8, 0xff)].sort(Buffer.compare)
    // Ends that a sound file has.
    const ends = Array.from({ length: 400 }, (_, index) =>
      Buffer.from([index < 200 ? 0 : 255, index % 200, 0, 0, 0, 0, 0, 0]),
    )
    const all = [...entries, ...ends].sort(Buffer.compare)
    writeFileSync(file, Buffer.concat(all))
    for (let turn = 0; turn < 40; turn++) {
      const entry = all[Math.floor(Math.random() * all.length)] as Buffer
      expect(await fileHashes(file).has(whole(entry))).toBe(true)
      expect(await fileHashes(file).has(whole(randomBytes(8)))).toBe(false)
    }
  })

  test('that is not there, empty, cut off in an entry or between two says nothing, and never no [PW9 FT14]', async () => {
    await fails(join(dir, 'nowhere.bin')).rejects.toThrow('ENOENT')
    await fails(dir).rejects.toThrow()
    const cut = (name: string, bytes: Buffer): string => {
      const file = join(dir, name)
      writeFileSync(file, bytes)
      return file
    }
    await fails(cut('empty.bin', Buffer.of())).rejects.toThrow('cut off')
    await fails(cut('torn.bin', bytes.subarray(0, -3))).rejects.toThrow('cut off')
    for (const part of [bytes.subarray(0, -8 * 200), bytes.subarray(8 * 200), bytes.subarray(0, bytes.length / 2)])
      await fails(cut('part.bin', part)).rejects.toThrow('missing')
  })

  test('that is not in order says nothing [PW9 FT14]', async () => {
    const file = join(dir, 'mixed.bin')
    const mixed = [...sorted.slice(0, 10), ...sorted.slice(10, -10).reverse(), ...sorted.slice(-10)]
    writeFileSync(file, Buffer.concat(mixed))
    await fails(file).rejects.toThrow('not in order')
  })

  test('that another takes the place of while it is read: every answer is of one of the two [PW9 FT14]', async () => {
    const [one, other] = [createHash('sha1').update('one').digest(), createHash('sha1').update('other').digest()]
    const file = join(dir, 'replaced.bin')
    const replace = (hash: Buffer): void => {
      const entries = [...sorted.slice(0, 5000 + Math.floor(Math.random() * 10_000)), ...sorted.slice(-100)]
      const spread = entries.map((_, index) => sorted[Math.floor((index * count) / entries.length)] as Buffer)
      writeFileSync(`${file}.new`, Buffer.concat([...spread, hash.subarray(0, 8)].sort(Buffer.compare)))
      renameSync(`${file}.new`, file)
    }
    replace(one)
    const hashes = fileHashes(file)
    let isOver = false
    const answers: boolean[][] = []
    const reading = (async () => {
      while (!isOver) answers.push([await hashes.has(one), await hashes.has(other)])
    })()
    for (let turn = 0; turn < 10; turn++) {
      replace(turn % 2 ? one : other)
      await new Promise((resolve) => setImmediate(resolve))
    }
    isOver = true
    await reading
    expect(answers.length).toBeGreaterThan(0)
    expect(await hashes.has(one)).toBe(true)
    expect(await hashes.has(other)).toBe(false)
  })

  test('that is cut off while it is in use says nothing from then on, until it is whole again [PW9 FT14]', async () => {
    const passwords = openBreachedPasswords({ hashes: fileHashes(path), log })
    expect(await passwords.has('any passphrase', somebody())).toBe('no')
    truncateSync(path, 8 * 1000)
    expect(await passwords.has('any passphrase', somebody())).toBe('unknown')
    writeFileSync(path, Buffer.concat(sorted))
    expect(await passwords.has('any passphrase', somebody())).toBe('no')
    expect(passwords.counts).toEqual({ yes: 0, no: 2, unknown: 1 })
  })
})
