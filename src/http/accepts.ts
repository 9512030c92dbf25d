/** Whether Accept names the type itself, not by a wildcard, and does not refuse it (RFC 9110 section 12.5.1). */
export function accepts(type: string): (accept: string | undefined) => boolean {
  const name = type.replaceAll(/[.+]/g, '\\$&')
  const named = new RegExp(`(?:^|,)\\s*${name}\\s*(?:;(?!\\s*q=0(?:\\.0*)?\\s*(?:,|$))[^,]*)?(?:,|$)`, 'i')
  return (accept) => accept !== undefined && named.test(accept)
}
