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

/** Finds which of the secrets a text holds in any spelling; it takes as long for many secrets as for few. */
export function secretSearch(secrets: Iterable<string>): (text: Buffer) => string[] {
  const spellings = new Map<string, { readonly spelling: Buffer; readonly secret: string }[]>()
  const mayEndHere = new Uint8Array(2 ** 24)
  for (const secret of secrets) {
    for (const text of spellingsOf(secret)) {
      const spelling = Buffer.from(text)
      const anchor = spelling.toString('latin1', spelling.length - anchorLength)
      const known = spellings.get(anchor)
      if (known) known.push({ spelling, secret })
      else spellings.set(anchor, [{ spelling, secret }])
      mayEndHere[hashAt(spelling, spelling.length)] = 1
    }
  }
  return (text) => {
    const found = new Set<string>()
    for (let end = anchorLength; end <= text.length; end++) {
      if (mayEndHere[hashAt(text, end)] === 0) continue
      for (const { spelling, secret } of spellings.get(text.toString('latin1', end - anchorLength, end)) ?? [])
        if (end >= spelling.length && text.compare(spelling, 0, spelling.length, end - spelling.length, end) === 0)
          found.add(secret)
    }
    return [...found]
  }
}

/** Of the eight bytes before `end`: 24 bits. */
const hashAt = (bytes: Buffer, end: number): number =>
  (Math.imul(bytes.readInt32LE(end - 4), 0x9e3779b1) ^ Math.imul(bytes.readInt32LE(end - 8), 0x85ebca6b)) >>> 8

/** What is a secret by its looks, whoever made it: tokens of every kind, access tokens, and the passwords of the tests' people. */
export const looksSecret =
  /p(?:st|rt|dt|tt|ot|ps)_[\w-]{43,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.|correct[ +]horse[ +]battery|correct%20horse/g
