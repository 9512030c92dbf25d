import { setPriority } from 'node:os'
import { decode } from './decode.ts'
import type { DecodeOrder } from './decode-order.ts'

/**
 * A program of its own that holds nothing but one picture at a time: whatever decoders do with somebody's bytes, it
 * ends at these bounds or is killed, and no other picture waits for it [AT4].
 */
const mostProcessorMs = 2000
const mostResidentMib = 768
const lookEveryMs = 20

// Hashing and all that answers go first.
setPriority(10)
// Whose parent is gone has nothing to do.
process.once('disconnect', () => process.exit())
process.on('message', (order: DecodeOrder) => void answer(order))
process.send?.('ready')

async function answer(order: DecodeOrder): Promise<void> {
  const before = process.cpuUsage()
  // The decoders have threads of their own, so that this one can look on.
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before)
    if ((user + system) / 1000 > mostProcessorMs || process.memoryUsage.rss() / 2 ** 20 > mostResidentMib)
      process.exit()
  }, lookEveryMs)
  const decoded = await decode(order)
  clearInterval(timer)
  process.send?.(decoded)
}
