import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeToken, tokenDigest } from '../../src/crypto/secret-token.ts'
import { requestIdOf } from '../../src/http/request-id.ts'
import { emailKey, findEmailBreach } from '../../src/text/email.ts'
import { QueueFullError, workQueue } from '../../src/waiting/work-queue.ts'

const prefixes = {
  session: 'pst_',
  refresh: 'prt_',
  device: 'pdt_',
  temporaryLogin: 'ptt_',
  mailed: 'pot_',
  pendingOauth: 'pps_',
} as const

type Kind = keyof typeof prefixes
const kinds = Object.keys(prefixes) as Kind[]
const kind = fc.constantFrom(...kinds)
const token = kind.map((kind) => ({ kind, ...makeToken(kind) }))

describe('tokens', () => {
  test('have the documented form, and what is looked up is what was stored', () => {
    fc.assert(
      fc.property(token, ({ kind, text, digest }) => {
        expect(text).toMatch(new RegExp(`^${prefixes[kind]}[A-Za-z0-9_-]{49}$`))
        expect(digest).toHaveLength(32)
        expect(tokenDigest(kind, text)).toEqual(digest)
      }),
    )
  })

  test('are of one kind only', () => {
    fc.assert(
      fc.property(token, kind, ({ kind, text }, other) => {
        if (other !== kind) expect(tokenDigest(other, text)).toBeUndefined()
        if (other !== kind) expect(tokenDigest(other, prefixes[other] + text.slice(4))).toBeUndefined()
      }),
    )
  })

  test('never repeat', () => {
    const texts = Array.from({ length: 10_000 }, () => makeToken('session').text)
    expect(new Set(texts).size).toBe(texts.length)
  })

  test('with one character changed are refused without a look-up', () => {
    const base64url = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
    const character = fc.oneof(base64url, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
    fc.assert(
      fc.property(token, fc.nat(52), character, ({ kind, text }, position, character) => {
        fc.pre(text[position] !== character)
        expect(tokenDigest(kind, text.slice(0, position) + character + text.slice(position + 1))).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  test('cut short, lengthened or with two characters swapped are refused without a look-up', () => {
    fc.assert(
      fc.property(token, fc.nat(52), fc.string({ minLength: 1 }), ({ kind, text }, position, more) => {
        expect(tokenDigest(kind, text.slice(0, position))).toBeUndefined()
        expect(tokenDigest(kind, text.slice(position + 1))).toBeUndefined()
        expect(tokenDigest(kind, text + more)).toBeUndefined()
        expect(tokenDigest(kind, more + text)).toBeUndefined()
        const [left = '', right = ''] = text.slice(position, position + 2)
        fc.pre(left !== right && right !== '')
        expect(tokenDigest(kind, text.slice(0, position) + right + left + text.slice(position + 2))).toBeUndefined()
      }),
    )
  })

  test('are nothing that a caller thinks up', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.tuple(kind, fc.stringMatching(/^[A-Za-z0-9_-]{49}$/)).map(([kind, rest]) => prefixes[kind] + rest),
    )
    fc.assert(
      fc.property(kind, text, (kind, text) => {
        expect(tokenDigest(kind, text)).toBeUndefined()
      }),
    )
  })
})

describe('emailKey', () => {
  const domain = fc.oneof(
    fc.domain(),
    fc.constantFrom('example.com', 'bücher.example', 'xn--bcher-kva.example', '例え.jp', 'faß.de', 'ΟΔΟΣ.gr', 'İ.tr'),
  )
  const local = fc
    .oneof(
      fc.stringMatching(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,20}$/),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom(
          'Σ',
          'σ',
          'ς',
          'İ',
          'ı',
          'I',
          'ß',
          'ẞ',
          '\u0307',
          '\u0301',
          '\u0345',
          '\u00c5',
          '\u212b',
          '\u212a',
          '.',
          'a',
        ),
        minLength: 1,
        maxLength: 8,
      }),
    )
    .map((text) => text.normalize('NFC'))
  const email = fc
    .tuple(local, domain)
    .map((parts) => parts.join('@'))
    .filter((text) => !findEmailBreach(text))

  test('is its own key', () => {
    fc.assert(
      fc.property(email, (email) => {
        const key = emailKey(email)
        expect(emailKey(key)).toBe(key)
        expect(key).toBe(key.normalize('NFC'))
        expect(findEmailBreach(key)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  test('is the same however the characters were composed', () => {
    fc.assert(
      fc.property(email, (email) => {
        expect(emailKey(email.normalize('NFD'))).toBe(emailKey(email))
      }),
      { numRuns: 2000 },
    )
  })

  test('is the same in any case of ASCII letters, and in lower case', () => {
    const flip = (text: string, flips: readonly boolean[]) =>
      [...text]
        .map((letter, index) =>
          /[a-z]/i.test(letter) && flips[index % flips.length]
            ? String.fromCharCode(letter.charCodeAt(0) ^ 32)
            : letter,
        )
        .join('')
    const ascii = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/)
    fc.assert(
      fc.property(ascii, domain, fc.array(fc.boolean(), { minLength: 1 }), (local, domain, flips) => {
        const email = `${local}@${domain}`
        expect(emailKey(flip(email, flips))).toBe(emailKey(email))
      }),
    )
    fc.assert(
      fc.property(email, (email) => {
        expect(emailKey(email.toLowerCase())).toBe(emailKey(email))
      }),
      { numRuns: 2000 },
    )
  })

  test('tells local parts apart that are not one address', () => {
    const letters = fc.stringMatching(/^[a-z0-9.+-]{1,20}$/)
    fc.assert(
      fc.property(letters, letters, (one, other) => {
        expect(emailKey(`${one}@example.com`) === emailKey(`${other}@example.com`)).toBe(one === other)
      }),
    )
  })
})

describe('requestIdOf', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  const idOf = (sent: string | string[] | undefined) => requestIdOf({ headers: { 'x-request-id': sent } as never })

  test("keeps the caller's where it is fit for logs", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), (sent) => {
        expect(idOf(sent)).toBe(sent)
      }),
    )
  })

  test('makes a new one otherwise', () => {
    const unfit = fc.oneof(
      fc.constantFrom(undefined, '', 'a\n', '\na', 'x'.repeat(65)),
      fc.array(fc.string()),
      fc.string({ unit: 'binary' }).filter((text) => !/^[A-Za-z0-9_-]{1,64}$/.test(text)),
    )
    fc.assert(
      fc.property(unfit, (sent) => {
        expect(idOf(sent)).toMatch(uuid)
      }),
    )
    expect(idOf(undefined)).not.toBe(idOf(undefined))
  })
})

describe('workQueue', () => {
  const limits = fc.record({
    concurrency: fc.integer({ min: 1, max: 4 }),
    leastWaiting: fc.integer({ min: 1, max: 8 }),
  })
  const turns = fc.array(fc.record({ ticks: fc.nat(5), fails: fc.boolean() }), { minLength: 1, maxLength: 40 })

  test('never runs more than its concurrency at a time, does what it takes once, and gives back what came of it', async () => {
    await fc.assert(
      fc.asyncProperty(limits, turns, async (limits, turns) => {
        const enqueue = workQueue({ ...limits, deadlineMs: 10_000 })
        let running = 0
        let most = 0
        const done = turns.map(() => 0)
        const outcomes = await Promise.allSettled(
          turns.map(({ ticks, fails }, index) =>
            enqueue(async () => {
              most = Math.max(most, ++running)
              done[index] = (done[index] ?? 0) + 1
              for (let tick = 0; tick < ticks; tick++) await new Promise(setImmediate)
              running--
              if (fails) throw new Error(String(index))
              return index
            }),
          ),
        )
        expect(most).toBeLessThanOrEqual(limits.concurrency)
        expect(running).toBe(0)
        outcomes.forEach((outcome, index) => {
          const refused = outcome.status === 'rejected' && outcome.reason instanceof QueueFullError
          expect(done[index]).toBe(refused ? 0 : 1)
          if (refused) return
          const { fails } = turns[index] ?? {}
          expect(outcome).toEqual(
            fails ? { status: 'rejected', reason: new Error(String(index)) } : { status: 'fulfilled', value: index },
          )
        })
        // What failed, and what was refused, holds no place.
        expect(await enqueue(async () => 'still at work')).toBe('still at work')
      }),
      { numRuns: 50 },
    )
  })

  test('is bounded: what is too much is refused at once and told when to come again [FT13]', async () => {
    await fc.assert(
      fc.asyncProperty(limits, async (limits) => {
        const enqueue = workQueue({ ...limits, deadlineMs: 10_000 })
        const { promise: gate, resolve: open } = Promise.withResolvers<void>()
        let started = 0
        let refused = 0
        const entries = Array.from({ length: 100 }, () =>
          enqueue(() => {
            started++
            return gate
          }).catch((error: unknown) => {
            expect(error).toBeInstanceOf(QueueFullError)
            expect((error as QueueFullError).retryAfterSeconds).toBeGreaterThanOrEqual(1)
            refused++
          }),
        )
        await new Promise(setImmediate)
        expect(started).toBe(limits.concurrency)
        const held = entries.length - refused
        expect(held).toBeGreaterThanOrEqual(limits.concurrency + limits.leastWaiting)
        expect(held).toBeLessThanOrEqual(limits.concurrency * (1 + limits.leastWaiting))
        open()
        await Promise.all(entries)
      }),
      { numRuns: 30 },
    )
  })

  test('holds places for work that comes later: as many as it would let wait, each until its work or its end', async () => {
    await fc.assert(
      fc.asyncProperty(limits, async (limits) => {
        const queue = workQueue({ ...limits, deadlineMs: 10_000 })
        const places: Disposable[] = []
        const fill = () => {
          for (;;) places.push(queue.reserve())
        }
        expect(fill).toThrow(QueueFullError)
        const held = places.length
        expect(held).toBeGreaterThanOrEqual(limits.concurrency + limits.leastWaiting)
        const { promise: gate, resolve: open } = Promise.withResolvers<void>()
        // Somebody known goes first and takes up no place.
        const first = queue(() => gate, { lane: 'known' })
        const work = places.splice(0).map((place) => queue(() => gate, { place }))
        expect(fill).toThrow(QueueFullError)
        expect(places).toHaveLength(0)
        await expect(queue(() => gate)).rejects.toThrow(QueueFullError)
        open()
        // Whoever had a place was let in.
        await Promise.all([first, ...work])

        expect(fill).toThrow(QueueFullError)
        for (const place of places) for (const _ of [1, 2]) place[Symbol.dispose]()
        expect(queue.state()).toEqual({ running: 0, waiting: 0 })
        const again = places.length
        expect(fill).toThrow(QueueFullError)
        expect(places).toHaveLength(2 * again)
      }),
      { numRuns: 30 },
    )
  })

  test('lets nothing wait past its deadline, and does not start it later', async () => {
    const deadlineMs = 50
    const enqueue = workQueue({ concurrency: 1, deadlineMs, leastWaiting: 4 })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const first = enqueue(() => gate)
    let started = 0
    const startedAt = performance.now()
    const waiting = Array.from({ length: 3 }, () => enqueue(async () => ++started))
    for (const outcome of await Promise.allSettled(waiting))
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(QueueFullError) })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(deadlineMs - 2)
    open()
    await first
    expect(await enqueue(async () => 'next')).toBe('next')
    expect(started).toBe(0)
  })

  test('serves whoever is known first, and a full lane of strangers leaves the other one free', async () => {
    const enqueue = workQueue({ concurrency: 1, deadlineMs: 10_000, leastWaiting: 4 })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const running = enqueue(() => gate)
    const order: string[] = []
    const note = (name: string) => async () => void order.push(name)
    const strangers = Array.from({ length: 50 }, () => enqueue(note('stranger')).catch((error: unknown) => error))
    const known = [1, 2].map((number) => enqueue(note(`known ${number}`), { lane: 'known' }))
    expect(enqueue.state().waiting).toBeGreaterThanOrEqual(6)
    open()
    const outcomes = await Promise.all(strangers)
    await Promise.all([running, ...known])
    expect(outcomes.some((outcome) => outcome instanceof QueueFullError)).toBe(true)
    expect(order.slice(0, 3)).toEqual(['known 1', 'known 2', 'stranger'])
    expect(enqueue.state()).toEqual({ running: 0, waiting: 0 })
  })

  const lane = fc.constantFrom('known' as const, 'unknown' as const)
  const party = fc.constantFrom('a', 'b', 'c')
  const owners = fc.array(fc.record({ lane, party }), { minLength: 1, maxLength: 60 })

  /** In the order of their turns. */
  async function serve(owners: readonly { lane: 'known' | 'unknown'; party: string }[], leastWaiting: number) {
    const enqueue = workQueue({ concurrency: 1, deadlineMs: 10_000, leastWaiting })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const running = enqueue(() => gate)
    const served: { lane: string; party: string }[] = []
    const refused: { lane: string; party: string }[] = []
    const work = owners.map((owner) =>
      enqueue(async () => void served.push(owner), owner).catch((error: unknown) => {
        expect(error).toBeInstanceOf(QueueFullError)
        refused.push(owner)
      }),
    )
    open()
    await Promise.all([running, ...work])
    return { served, refused }
  }

  const partiesOf = (owners: readonly { lane: string; party: string }[], lane: string): string[] =>
    owners.filter((owner) => owner.lane === lane).map(({ party }) => party)

  test('while both lanes wait, every third turn is a stranger and no other one [AT3]', async () => {
    await fc.assert(
      fc.asyncProperty(owners, async (owners) => {
        const { served } = await serve(owners, 60)
        const order = served.map(({ lane }) => lane)
        const count = (lane: string) => owners.filter((owner) => owner.lane === lane).length
        const [known, unknown] = [count('known'), count('unknown')]
        // Two, one, two, one, until one lane is empty; then the rest of the other.
        const rounds = Math.min(Math.floor(known / 2), unknown)
        const mixed = Array.from({ length: rounds }, () => ['known', 'known', 'unknown']).flat()
        const rest = [...Array(known - 2 * rounds).fill('known'), ...Array(unknown - rounds).fill('unknown')]
        expect(order).toEqual([...mixed, ...rest])
      }),
      { numRuns: 200 },
    )
  })

  test('accounts and networks take turns: one each, as long as they wait [AT3]', async () => {
    await fc.assert(
      fc.asyncProperty(owners, async (owners) => {
        const { served } = await serve(owners, 60)
        for (const lane of ['known', 'unknown']) {
          const turns = partiesOf(owners, lane)
          const first = [...new Set(turns)]
          const amounts = first.map((one) => turns.filter((other) => other === one).length)
          // The first of each in the order in which they came, then the second of each, and so on.
          const rounds = Array.from({ length: turns.length }, (_, round) =>
            first.filter((_, index) => (amounts[index] ?? 0) > round),
          )
          expect(partiesOf(served, lane)).toEqual(rounds.flat())
        }
      }),
      { numRuns: 200 },
    )
  })

  test('whoever has most waiting gives way where it is full, down to an equal share and no further [AT3]', async () => {
    await fc.assert(
      fc.asyncProperty(lane, fc.integer({ min: 3, max: 12 }), fc.nat(20), async (lane, leastWaiting, more) => {
        const greedy = Array.from({ length: leastWaiting + more }, () => ({ lane, party: 'greedy' }))
        const modest = Array.from({ length: leastWaiting }, () => ({ lane, party: 'modest' }))
        const { served } = await serve([...greedy, ...modest], leastWaiting)
        const count = (party: string) => served.filter((one) => one.party === party).length
        expect(served).toHaveLength(leastWaiting)
        expect(Math.abs(count('greedy') - count('modest'))).toBeLessThanOrEqual(1)
      }),
      { numRuns: 50 },
    )
  })

  test('a place is kept from nobody who has less, and never taken from whoever has it [AT3]', async () => {
    const queue = workQueue({ concurrency: 1, deadlineMs: 10_000, leastWaiting: 4 })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const running = queue(() => gate)
    const [one, two] = [queue.reserve('greedy'), queue.reserve('greedy')]
    const waiting = [1, 2].map(() => queue(() => gate, { party: 'greedy' }).catch((error: unknown) => error))
    expect(() => queue.checkRoom('greedy')).toThrow(QueueFullError)
    queue.checkRoom('modest')
    queue.reserve('modest')
    expect(await waiting[1]).toBeInstanceOf(QueueFullError)
    queue.reserve('modest')
    expect(await waiting[0]).toBeInstanceOf(QueueFullError)
    expect(() => queue.reserve('modest')).toThrow(QueueFullError)
    const kept = [one, two].map((place) => queue(async () => 'done', { party: 'greedy', place }))
    open()
    expect(await Promise.all([running, ...kept])).toEqual([undefined, 'done', 'done'])
  })

  test('lets those go whose owners have left once a turn is over, and takes others in their place', async () => {
    const enqueue = workQueue({ concurrency: 1, deadlineMs: 10_000, leastWaiting: 4 })
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    let areGone = false
    const running = enqueue(() => gate)
    let hashed = 0
    const work = async () => void hashed++
    const abandoned = Array.from({ length: 500 }, () => enqueue(work, { isGone: () => areGone }).catch(() => 'refused'))
    const isFull = enqueue(work).catch((error: unknown) => error)
    expect(await isFull).toBeInstanceOf(QueueFullError)
    areGone = true
    open()
    await running
    await Promise.all(Array.from({ length: 5 }, () => enqueue(work)))
    expect(new Set(await Promise.all(abandoned))).toEqual(new Set(['refused']))
    expect(hashed).toBe(5)
    expect(enqueue.state()).toEqual({ running: 0, waiting: 0 })
  })

  test('serves those who wait in the order in which they came', async () => {
    const enqueue = workQueue({ concurrency: 1, deadlineMs: 10_000, leastWaiting: 20 })
    const order: number[] = []
    await Promise.all(Array.from({ length: 15 }, (_, index) => enqueue(async () => order.push(index))))
    expect(order).toEqual(Array.from({ length: 15 }, (_, index) => index))
  })
})
