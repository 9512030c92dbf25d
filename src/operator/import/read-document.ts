import type { Entry, Reader } from './entry.ts'
import { parseObject } from './read-lines.ts'

type Options = {
  /** Names under which a document may have its list of accounts. */
  readonly lists: readonly string[]
  readonly mostBytes: number
}

/** The only characters of JSON that matter for finding where an account begins and ends. */
const marks = /["[\]{}]/g
const quoteOrEscape = /["\\]/g
const mostNameLength = 100

/**
 * Reads accounts from JSON documents of any size, with no more memory than the longest account takes. Accounts are the
 * objects in a list under one of the names, in a document or in each of a list of documents. Without such a list, they
 * are the objects of the outermost list, or the document itself.
 */
export function readDocument({ lists, mostBytes }: Options): Reader {
  const account = keepAccount(mostBytes)
  /** Open brackets: now, and just after the account and the list of accounts began (0: not within one). */
  let [depth, accountDepth, listDepth] = [0, 0, 0]
  let isListOutside = false
  /** The last string directly within the account. If a bracket follows, it is the name of what the bracket opens. */
  let name = ''
  let isInString = false
  let isEscaped = false

  const isPlaceOfAccounts = (): boolean =>
    listDepth > 0 ? depth === listDepth : depth === 0 || (depth === 1 && isListOutside)

  const open = (isList: boolean): void => {
    if (isList && listDepth === 0 && depth > 0 && depth === accountDepth && lists.includes(name)) {
      // An object that holds such a list is not an account but a document.
      account.drop()
      accountDepth = 0
      listDepth = depth + 1
    } else if (!isList && accountDepth === 0 && isPlaceOfAccounts()) accountDepth = depth + 1
    if (depth === 0) isListOutside = isList
    depth++
  }
  /** Returns whether the bracket ends the account. */
  const close = (): boolean => {
    const isEnd = depth > 0 && depth === accountDepth
    if (isEnd) accountDepth = 0
    if (depth === listDepth) listDepth = 0
    depth = Math.max(0, depth - 1)
    return isEnd
  }
  /** Skips from within a string to just after it, or to the end of the text. Returns the position. */
  const passString = (text: string, from: number): number => {
    const end = endOfString(text, isEscaped ? from + 1 : from)
    const isEnded = end < text.length
    isEscaped = end > text.length
    isInString = !isEnded
    if (depth === accountDepth && name.length < mostNameLength) name += text.slice(from, end)
    return isEnded ? end + 1 : text.length
  }
  const passMark = (text: string, at: number): Entry[] => {
    const mark = text[at]
    if (mark === '"') {
      isInString = true
      name = ''
    } else if (mark === '{' || mark === '[') {
      const isInside = accountDepth > 0
      open(mark === '[')
      if (!isInside && accountDepth > 0) account.begin(at)
    } else if (close()) return [account.finish(text, at + 1)]
    return []
  }
  return {
    push: (text) => {
      const entries: Entry[] = []
      let at = isInString ? passString(text, 0) : 0
      for (;;) {
        marks.lastIndex = at
        const found = marks.exec(text)
        if (found === null) break
        entries.push(...passMark(text, found.index))
        at = isInString ? passString(text, found.index + 1) : found.index + 1
      }
      account.pause(text)
      return entries
    },
    end: () => (depth > 0 ? [account.cut()] : []),
  }
}

/**
 * The position of the closing quote. Without one it is the length of the text, plus one if the text ends in a backslash
 * that escapes the next character.
 */
function endOfString(text: string, from: number): number {
  for (let at = from; ; ) {
    quoteOrEscape.lastIndex = at
    const found = quoteOrEscape.exec(text)
    if (found === null) return text.length
    if (found[0] === '"') return found.index
    at = found.index + 2
    if (at > text.length) return at
  }
}

/** Collects the text of the account that is being read, which may span several pieces. */
function keepAccount(mostBytes: number) {
  let count = 0
  let parts: string[] | undefined
  let [from, length] = [0, 0]

  const keep = (text: string): void => {
    length += text.length
    if (length <= mostBytes) parts?.push(text)
  }
  const at = (): string => `account ${++count}`
  return {
    begin: (start: number): void => {
      ;[parts, from, length] = [[], start, 0]
    },
    pause: (text: string): void => {
      keep(text.slice(from))
      from = 0
    },
    drop: (): void => {
      parts = undefined
    },
    finish: (text: string, end: number): Entry => {
      keep(text.slice(from, end))
      const whole = parts?.join('') ?? ''
      parts = undefined
      if (length > mostBytes) return { at: at(), refused: `longer than ${mostBytes} bytes` }
      return { at: at(), ...parseObject(whole) }
    },
    cut: (): Entry => ({ at: at(), refused: 'the file ends before it does' }),
  }
}
