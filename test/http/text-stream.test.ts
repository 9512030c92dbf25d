import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { textStream } from '../../src/http/text-stream.ts'

async function* texts(made: number[], amount: number, size = 64 * 1024) {
  for (let number = 0; number < amount; number++) {
    made.push(number)
    yield 'x'.repeat(size)
  }
}

test('texts are made as they are read: whoever does not read has two of a thousand made', async () => {
  const made: number[] = []
  const stream = textStream(texts(made, 1000))
  stream.read(0)
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
  expect(made.length).toBeLessThanOrEqual(2)
  let bytes = 0
  for await (const chunk of stream) bytes += chunk.length
  expect([made.length, bytes]).toEqual([1000, 1000 * 64 * 1024])
})

test('whoever stops reading is cut off, and what makes the texts is told', async () => {
  let isEnded = false
  async function* endless() {
    try {
      for (;;) yield 'x'.repeat(64 * 1024)
    } finally {
      isEnded = true
    }
  }
  const stream = textStream(endless(), 50)
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve))
  stream.read(0)
  expect((await failed).message).toBe('the client does not read')
  await sleep(0)
  expect(isEnded).toBe(true)
})
