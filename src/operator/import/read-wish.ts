import { displayName, email, handle, locale } from '../../accounts/fields.ts'
import type { Argon2Cost } from '../../hashing/argon2.ts'
import { asForeign } from '../../hashing/stored-hash.argon2.ts'
import { parseStoredHash } from '../../hashing/stored-hash.ts'
import { StoredHashError } from '../../hashing/stored-hash-parts.ts'
import { cut } from '../../text/cut.ts'
import { emailKey } from '../../text/email.ts'
import { isKeepable } from './entry.ts'
import type { Found } from './format.ts'
import { shapesOf } from './handles.ts'
import { isNoTime, readInstant } from './instant.ts'
import { Refusal } from './refusal.ts'

/** An account as it is to be created here. */
export type Wish = {
  readonly email: string
  readonly emailKey: string
  /** Exactly this handle, or one made of the account's names there or of its address; `had` is its name there. */
  readonly handle: { readonly exact: string } | { readonly madeOf: readonly string[]; readonly had: unknown }
  readonly displayName: string | undefined
  readonly locale: string | undefined
  readonly passwordHash: string | undefined
  readonly createdAt: Date | undefined
}

/**
 * Checks the fields of an export by the rules of a sign-up.
 * @throws {Refusal} if one breaks a rule
 */
export function readWish(found: Found, hashCost: Argon2Cost): Wish {
  if (found.isDisabled) throw new Refusal('the account is disabled')
  const address = ruled('email', email, found.email)
  // Otherwise someone could have entered another person's address there and would own its account here.
  if (found.isVerified === false) throw new Refusal('email is not verified')
  const { names } = found
  return {
    email: address,
    emailKey: emailKey(address),
    handle:
      names === undefined
        ? { exact: ruled('handle', handle, found.handle) }
        : {
            madeOf: shapesOf([...names, address.slice(0, address.lastIndexOf('@'))]),
            had: names.find((name) => name !== undefined),
          },
    displayName:
      names === undefined ? ruled('display_name', displayName, found.displayName) : fitName(found.displayName),
    locale: found.locale === undefined ? undefined : ruled('locale', locale, found.locale),
    passwordHash: hasNoPassword(found.passwordHash) ? undefined : readHash(found.passwordHash, hashCost),
    createdAt: readCreatedAt(found.createdAt),
  }
}

type Field = typeof email | typeof handle | typeof displayName | typeof locale

function ruled(name: string, field: Field, value: unknown): string {
  const found = field.safeParse(value)
  if (found.success) return found.data
  const [issue] = found.error.issues
  const rule = issue?.code === 'custom' ? (issue.params as { rule?: string } | undefined)?.rule : undefined
  throw new Refusal(rule === undefined ? `${name} is missing or malformed` : `${name} breaks the rule ${rule}`)
}

/** Removes what a display name may not contain here. Returns undefined if no valid name is left. */
function fitName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const asItIs = displayName.safeParse(value)
  if (asItIs.success) return asItIs.data
  const cleaned = [/[<>]|(?![\u200c\u200d])\p{C}/gu, /[<>\p{C}]/gu].map((unfit) => {
    const fit = value.replace(unfit, '')
    return cut(fit, [...fit].slice(0, 50).join('').length).trim()
  })
  return cleaned.map((name) => displayName.safeParse(name).data).find((name) => name !== undefined)
}

/** Django writes `!` and random letters where an account has no usable password. */
const hasNoPassword = (value: unknown): boolean => value === undefined || /^![a-z\d]*$/i.test(String(value))

function readHash(value: unknown, own: Argon2Cost): string {
  const hash = typeof value === 'string' && isKeepable(value) ? value : ''
  try {
    parseStoredHash(hash, own)
    return asForeign(hash)
  } catch (error) {
    if (!(error instanceof StoredHashError)) throw error
    const { excess } = error
    if (excess === undefined) throw new Refusal('password_hash is none that is known')
    const [times, most] = [excess.times.toFixed(1), excess.most.toFixed(1)]
    throw new Refusal(
      `password_hash costs too much: ${times} times a hash of this server, and ${most} times is the most`,
    )
  }
}

function readCreatedAt(value: unknown): Date | undefined {
  if (value === undefined || isNoTime(value)) return undefined
  const instant = readInstant(value)
  if (instant === undefined) throw new Refusal('created_at is missing or malformed')
  if (instant.getTime() > Date.now()) throw new Refusal('created_at is in the future')
  return instant
}
