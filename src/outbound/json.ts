import { OutboundError, type OutboundReply } from './ask.ts'

/** The text of an answer, without the byte order mark that some servers write before JSON. */
export const textOf = ({ bytes }: Pick<OutboundReply, 'bytes'>): string => new TextDecoder().decode(bytes)

/**
 * Parses another server's JSON without rounding numbers [FD1]: an integer that a number cannot hold becomes a bigint,
 * any other number that would not print as it was written becomes NaN. The error quotes nothing of the answer [FD8].
 * @throws {OutboundError}
 */
export function readJson(reply: OutboundReply): unknown {
  try {
    return (JSON.parse as ExactParse)(textOf(reply), (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? exactly(value, source) : value,
    )
  } catch {
    // The parser's message quotes the text, so it is dropped.
    throw new OutboundError('The answer is not JSON')
  }
}

/** ECMAScript 2026, which TypeScript's library does not know yet. */
type ExactParse = (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown

/** More digits than any identifier has; making a bigint of a megabyte of digits would take long. */
const mostDigits = 255

function exactly(value: number, source: string): number | bigint {
  if (String(value) === source && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value
  return source.length <= mostDigits && /^-?[1-9]\d*$/.test(source) ? BigInt(source) : Number.NaN
}
