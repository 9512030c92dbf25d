import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { otlpTracing } from '../../src/tracing/otlp.ts'
import type { Tracing } from '../../src/tracing/tracing.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { freePort } from '../support/free-port.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'

let lines: string[]
const log = () =>
  pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
const saying = (text: string) => lines.filter((line) => line.includes(text))

let receiver: OtlpReceiver
let tracing: Tracing
beforeEach(async () => {
  lines = []
  receiver = await startOtlpReceiver()
  tracing = otlpTracing({ endpoint: receiver.url, log: log(), exportWithinMs: 500 })
})
afterEach(async () => {
  await tracing.close()
  await receiver.stop()
})

const arrived = (name: string) =>
  vi.waitFor(() => expect(receiver.spans.map((span) => span.name)).toContain(name), { timeout: 15_000, interval: 50 })

describe('an endpoint', () => {
  test.each(['refusing', 'garbage', 'hanging'] as const)(
    'that is %s is told of once, and taken up again',
    async (mode) => {
      receiver.mode = mode
      tracing.begin('first', {}).end()
      await vi.waitFor(() => expect(saying('traces cannot be exported')).toHaveLength(1), { timeout: 15_000 })
      const { asked } = receiver
      tracing.begin('second', {}).end()
      await vi.waitFor(() => expect(receiver.asked).toBeGreaterThan(asked), { timeout: 10_000 })
      receiver.mode = 'fine'
      await vi.waitFor(
        () => {
          tracing.begin('third', {}).end()
          expect(saying('traces are exported again')).toHaveLength(1)
        },
        { timeout: 15_000, interval: 200 },
      )
      await arrived('third')
      expect(saying('traces cannot be exported')).toHaveLength(1)
    },
  )

  test('that is away slows and fails no request, and gets the spans of later ones', async () => {
    const port = await freePort()
    const app = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
    const untraced = await startApp({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined })
    const timeOf = async ({ client }: TestApp): Promise<number> => {
      const since = performance.now()
      const answers = await Promise.all(Array.from({ length: 200 }, () => client().get('/v0/errors')))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
      return performance.now() - since
    }
    const [reference, own] = [await timeOf(untraced), await timeOf(app)]
    // What else the machine does meanwhile slows both.
    expect(own).toBeLessThan(Math.max(3000, 5 * reference))
    const back = await startOtlpReceiver({ port })
    await vi.waitFor(
      async () => {
        await app.client().get('/v0/errors')
        expect(back.spans.map(({ name }) => name)).toContain('GET /v0/errors')
      },
      { timeout: 15_000, interval: 200 },
    )
    await Promise.all([app.close(), untraced.close()])
    await back.stop()
  })

  test('that hangs is left behind: no more waits for it than the queue holds', async () => {
    receiver.mode = 'hanging'
    const count = 100_000
    for (let number = 0; number < count; number++) tracing.begin('one of many', {}).end()
    await vi.waitFor(() => expect(saying('traces cannot be exported')).toHaveLength(1), { timeout: 15_000 })
    receiver.mode = 'fine'
    tracing.begin('afterwards', {}).end()
    await tracing.close()
    expect(receiver.spans.length).toBeLessThanOrEqual(2048)
  })

  test('that hangs holds the end of the process up by two seconds at most', async () => {
    receiver.mode = 'hanging'
    const patient = otlpTracing({ endpoint: receiver.url, log: log() })
    patient.begin('last', {}).end()
    const since = performance.now()
    await patient.close()
    expect(performance.now() - since).toBeLessThan(2500)
  })

  test('has everything when the process closed', async () => {
    for (let number = 0; number < 1500; number++) tracing.begin(`number ${number}`, {}).end()
    await tracing.close()
    expect(receiver.spans).toHaveLength(1500)
  })
})
