/** Whether the front end may go to this place after a sign-in: a plain path, or one at an allowed origin [OA7]. */
export function isAllowedRedirect(text: string, allowedOrigins: readonly string[]): boolean {
  if (text.length > mostCharacters || !printable.test(text)) return false
  const origin = allowedOrigins.find((one) => text === one || text.startsWith(`${one}/`) || text.startsWith(`${one}?`))
  const path = origin === undefined ? text : text.slice(origin.length) || '/'
  return isPlainPath(origin !== undefined && path.startsWith('?') ? `/${path}` : path)
}

const mostCharacters = 2048
/**
 * Visible ASCII without `"`, `<`, `>`, `\`, `^`, `` ` ``, `{`, `|`, `}`: no URL needs these, and look-alikes of the
 * slash are beyond ASCII.
 */
const printable = /^[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/

/** Starts with exactly one slash, also after it is decoded twice and its dots are resolved. */
function isPlainPath(text: string): boolean {
  const [path = ''] = text.split(/[?#]/)
  return spellingsOf(path).every(
    (spelling) =>
      /^\/(?![/\\])/.test(spelling) && !/[\\\p{Cc}]/u.test(spelling) && !resolved(spelling).startsWith('//'),
  )
}

const resolved = (path: string): string => {
  const url = URL.parse(path, 'https://here.invalid')
  return url?.host === 'here.invalid' ? url.pathname : '//'
}

/** The path as written, decoded once, and decoded twice: proxies and front ends may decode it. */
function spellingsOf(path: string): string[] {
  const spellings = [path]
  for (let time = 0; time < 2; time++) spellings.push(decoded(spellings.at(-1) ?? ''))
  return spellings
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Other software cannot decode it either, and keeps it as it is.
    return text
  }
}
