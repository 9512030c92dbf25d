/** Its bytes, where it is spelt as `toJSON` spells them: what can be written in two ways would be two texts of one. */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
