/**
 * Returns the bytes, or undefined unless the text is spelt as `toJSON` spells them, so that each value has one
 * spelling.
 */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
