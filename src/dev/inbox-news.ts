import { PassThrough } from 'node:stream'
import type { Inbox } from '../mail/inbox.ts'

const commentEveryMs = 15_000
/** How soon a page connects again after the server restarts. */
const retryMs = 500
const mostOpen = 16

/** Tells open pages by server-sent events when the inbox changes; at most `mostOpen` pages at a time. */
export function openInboxNews(inbox: Inbox) {
  const open = new Set<PassThrough>()
  const send = (text: string): void => {
    for (const stream of open) stream.write(text)
  }
  const leave = inbox.subscribe(() => send('event: change\ndata:\n\n'))
  const timer = setInterval(() => send(': still here\n\n'), commentEveryMs)
  timer.unref()
  return {
    /** Returns undefined if there is no room for another page. */
    listen(): PassThrough | undefined {
      if (open.size >= mostOpen) return undefined
      const stream = new PassThrough()
      open.add(stream)
      stream.once('close', () => open.delete(stream))
      stream.write(`retry: ${retryMs}\n\n`)
      return stream
    },
    close(): void {
      leave()
      clearInterval(timer)
      for (const stream of open) stream.end()
    },
  }
}
