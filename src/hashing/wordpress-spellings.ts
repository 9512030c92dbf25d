const trimmedByPhp = (text: string): string => text.replace(/^[ \t\n\r\0\v]+|[ \t\n\r\0\v]+$/g, '')

/**
 * What WordPress may have hashed: the password as typed, which its command line hashes, or with the backslashes that it
 * adds to whatever a form sends. It trims both.
 */
export function wordpressSpellings(password: string): readonly string[] {
  const typed = trimmedByPhp(password)
  const fromForm = typed.replace(/['"\\]/g, '\\$&')
  return typed === fromForm ? [typed] : [fromForm, typed]
}
