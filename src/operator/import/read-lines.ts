import { type Entry, type Fields, isFields, type Reader } from './entry.ts'

/**
 * Reads one JSON object a line. Only LF ends a line, since JSON text may contain Unicode's other line ends [FD23]. The
 * text of a line that is too long is not kept in memory.
 */
export function readLines(mostBytes: number): Reader {
  let number = 0
  let pending = ''
  let isTooLong = false

  const entry = (line: string): Entry[] => {
    number++
    const at = `line ${number}`
    const isLong = isTooLong || Buffer.byteLength(line) > mostBytes
    isTooLong = false
    if (isLong) return [{ at, refused: `longer than ${mostBytes} bytes` }]
    return line.trim() === '' ? [] : [{ at, ...parseObject(line) }]
  }
  return {
    push: (text) => {
      const [first = '', ...rest] = text.split('\n')
      const lines = [pending + first, ...rest]
      pending = lines.pop() ?? ''
      const entries = lines.flatMap(entry)
      if (pending.length > mostBytes) {
        isTooLong = true
        pending = ''
      }
      return entries
    },
    end: () => (pending === '' && !isTooLong ? [] : entry(pending)),
  }
}

export function parseObject(text: string): { readonly record: Fields } | { readonly refused: string } {
  try {
    const value: unknown = JSON.parse(text)
    if (isFields(value)) return { record: value }
  } catch {
    // Refused below, like JSON that is not an object.
  }
  return { refused: 'not a JSON object' }
}
