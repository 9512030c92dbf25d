import { setPriority } from 'node:os'
import { decode } from './decode.ts'
import type { DecodeOrder } from './decode-order.ts'

/**
 * This program decodes one picture at a time and holds nothing else. Whatever somebody's bytes make the decoders do, it
 * exits at these bounds or is killed, and other pictures do not wait for it [AT4].
 */
const mostProcessorMs = 2000
const mostResidentMib = 768
const lookEveryMs = 20

// Hashing and the processes that answer requests go first.
setPriority(10)
// Without its parent the process has nothing to do.
process.once('disconnect', () => process.exit())
process.on('message', (order: DecodeOrder) => void answer(order))
process.send?.('ready')

async function answer(order: DecodeOrder): Promise<void> {
  const before = process.cpuUsage()
  // The decoders run on threads of their own, so this timer goes on meanwhile.
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before)
    if ((user + system) / 1000 > mostProcessorMs || process.memoryUsage.rss() / 2 ** 20 > mostResidentMib)
      process.exit()
  }, lookEveryMs)
  const decoded = await decode(order)
  clearInterval(timer)
  process.send?.(decoded)
}
