import { type Entry, type Fields, isFields, type Reader } from './entry.ts'

/**
 * One JSON object a line. A line ends at LF alone: what else Unicode calls the end of a line may stand in a JSON text
 * [FD23]. Of a line that is too long nothing is kept.
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
    // The next line says it of both.
  }
  return { refused: 'not a JSON object' }
}
