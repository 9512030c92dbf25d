import { OutboundError, type OutboundReply } from './ask.ts'

/**
 * What another server sent as JSON. Nothing is rounded [FD1]: an integer that no number holds is a bigint, and a number
 * that is written in another way than its digits is NaN. The error holds no byte of the answer [FD8]. @throws
 * {OutboundError}
 */
export function readJson({ bytes }: OutboundReply): unknown {
  try {
    return (JSON.parse as ExactParse)(bytes.toString('utf8'), (_key, value, { source }) =>
      typeof value === 'number' && source !== undefined ? exactly(value, source) : value,
    )
  } catch {
    // The message of the parser quotes the text.
    throw new OutboundError('The answer is not JSON')
  }
}

/** ECMAScript 2026, which TypeScript's library does not know yet. */
type ExactParse = (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown

/** More digits than any identifier has; making a bigint of a megabyte of them would take long. */
const mostDigits = 255

function exactly(value: number, source: string): number | bigint {
  if (String(value) === source && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value
  return source.length <= mostDigits && /^-?[1-9]\d*$/.test(source) ? BigInt(source) : Number.NaN
}
