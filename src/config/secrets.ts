/** Words that examples and images use for secrets. A secret made only of such words is a placeholder. */
const words = `
  (?:change|replace|fill|set|let)(?:me|this|in|it)* secret passw(?:or)?d pass token key example sample placeholder
  default postern postgres(?:ql)? redis foobared meili minio master admin administrator root guest
  user test demo welcome qwerty abc metrics worker smtp mail turnstile github google s3 jwt api auth server service
  app web data database db prod(?:uction)? staging dev(?:elopment)? local internal private strong secure
  random hello letmein`
const placeholder = new RegExp(
  `^(?:(?:please|your|my|super|an?|the)?(?:${words.trim().replace(/\s+/g, '|')}))+\\d{0,10}$`,
)

const spelledOtherwise: Readonly<Record<string, string>> = { '0': 'o', '3': 'e', '@': 'a', $: 's' }
const spelledOut = (text: string): string => text.replace(/[03@$]/g, (sign) => spelledOtherwise[sign] ?? sign)

/** Whether a secret, or the password in a URL, is a well-known one, whatever its length. */
export function isPlaceholder(value: string): boolean {
  const { user, password: secret } = value.includes('://') ? credentialsIn(value) : { user: '', password: value }
  if (secret === '') return false
  const spellings = [secret, spelledOut(secret)].map((text) => text.toLowerCase().replace(/[^a-z0-9]/g, ''))
  return (
    secret === user || unitOf(secret).length === 1 || isRow(secret) || spellings.some((text) => placeholder.test(text))
  )
}

const withCredentials = /^[a-z+]+:\/\/(?<user>[^:@/]*):(?<password>[^@/]*)@/

/** URL cannot parse a Redis Cluster's several hosts. PostgreSQL's credentials may also be among the parameters. */
function credentialsIn(url: string): { readonly user: string; readonly password: string } {
  const { user = '', password = '' } = withCredentials.exec(url)?.groups ?? {}
  const parameters = new URLSearchParams(/\?(?<query>[^#]*)/.exec(url)?.groups?.query)
  return {
    user: parameters.get('user') ?? decoded(user),
    password: parameters.get('password') ?? decoded(password),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that begins no escape stands for itself.
    return text
  }
}

/** The part that repeats, or the whole secret if it does not repeat itself. */
function unitOf(secret: string): string {
  for (let length = 1; length <= secret.length / 2; length++)
    if (secret.startsWith(secret.slice(length))) return secret.slice(0, length)
  return secret
}

/** Whether most characters equal or neighbour the one before, as in 123456 or abcdef. */
function isRow(secret: string): boolean {
  const steps = [...secret].slice(1).map((sign, index) => Math.abs(sign.charCodeAt(0) - secret.charCodeAt(index)))
  return steps.filter((step) => step <= 1).length > 0.6 * steps.length
}

const leastBits = 64

/** An estimate from the secret's length and the number of different characters. */
export function isGuessable(secret: string): boolean {
  const unit = unitOf(secret)
  return isRow(unit) || unit.length * Math.log2(new Set(unit).size) < leastBits
}
