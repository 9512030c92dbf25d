/** As many characters at the end of a spelling decide whether it is worth comparing. */
const anchorLength = 8

/**
 * A secret as it is, as JSON writes it, as a URL does, and the part of its base64 that stays the same wherever it stands in what was
 * encoded: at each of the three alignments, in both alphabets.
 */
function spellingsOf(given: string): string[] {
  const secret = given.toWellFormed()
  const base64 = [0, 1, 2].map((offset) => base64At(secret, offset))
  const all = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    // A form's encoding.
    new URLSearchParams([['', secret]]).toString().slice(1),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  return [...new Set(all)].filter((text) => text.length >= anchorLength)
}

/** Without the characters at either end in which neighbouring bytes have a share. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
  const wholeCharacters = Math.floor((bytes.length * 8) / 6)
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), wholeCharacters)
}

type Found = { readonly secret: string; readonly at: number }
type Spelling = { readonly bytes: Buffer; readonly secret: string }

/** Finds which of the secrets a text holds in any spelling, each once; it takes as long for many secrets as for few. */
export function secretSearch(secrets: Iterable<string>): (text: Buffer) => Found[] {
  const spellings = [...secrets].flatMap((secret) =>
    spellingsOf(secret).map((text): Spelling => ({ bytes: Buffer.from(text), secret })),
  )
  const byAnchor = Map.groupBy(spellings, ({ bytes }) => anchorBefore(bytes, bytes.length))
  // Most places of a text are ruled out by one look at this.
  const mayEndWith = new Uint8Array(2 ** 24)
  for (const { bytes } of spellings) mayEndWith[hashBefore(bytes, bytes.length)] = 1
  return (text) => {
    const found = new Map<string, Found>()
    for (let end = anchorLength; end <= text.length; end++) {
      if (mayEndWith[hashBefore(text, end)] === 0) continue
      const fitting = byAnchor.get(anchorBefore(text, end))?.filter(({ bytes }) => endsWith(text, end, bytes)) ?? []
      for (const { secret, bytes } of fitting) found.set(secret, { secret, at: end - bytes.length })
    }
    return [...found.values()]
  }
}

const anchorBefore = (bytes: Buffer, end: number): string => bytes.toString('latin1', end - anchorLength, end)
const endsWith = (text: Buffer, end: number, tail: Buffer): boolean =>
  end >= tail.length && text.compare(tail, 0, tail.length, end - tail.length, end) === 0

/** Of the eight bytes before `end`: 24 bits. */
const hashBefore = (bytes: Buffer, end: number): number =>
  (Math.imul(bytes.readInt32LE(end - 4), 0x9e3779b1) ^ Math.imul(bytes.readInt32LE(end - 8), 0x85ebca6b)) >>> 8

/** What is a secret by its looks, whoever made it: tokens of every kind, access tokens, and the passwords of the tests' people. */
export const looksSecret =
  /p(?:st|rt|dt|tt|ot|ps)_[\w-]{43,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|correct[ +]horse[ +]battery|correct%20horse/g
