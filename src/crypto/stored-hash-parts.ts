/** Base64 in its three dresses: padded or not, and passlib's, where `.` stands for `+`. Nothing where it is none. */
export function decodeBytes(text: string): Buffer | undefined {
  const plain = text.replaceAll('.', '+').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return undefined
  return Buffer.from(plain, 'base64')
}

/** Long enough to be no accident, short enough to cost nothing. */
export const isUsableKey = ({ length }: Buffer): boolean => length >= 16 && length <= 64
export const isUsableSalt = ({ length }: Buffer): boolean => length >= 1 && length <= 128
