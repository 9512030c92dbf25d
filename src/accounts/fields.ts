import { z } from 'zod'
import { type Breach, bare, ruledText } from '../http/validation.ts'
import { canonicalTag, longestTag } from '../messages/tags.ts'
import { findEmailBreach } from '../text/email.ts'
import type { IsCommonPassword } from './common-passwords.ts'

const lengthOf = (text: string): number => [...text].length

const reservedHandles = new Set(
  `admin administrator support help system null undefined root moderator mod staff official bot api mail email info
   contact security abuse noreply no_reply anonymous guest user test`.split(/\s+/),
)

export const email = ruledText({
  findBreach: findEmailBreach,
  cleaned: z.string().trim().normalize('NFC'),
  meta: { description: 'One address, Unicode allowed', maxLength: 254, examples: ['ada@example.com'] },
})

function findHandleBreach(handle: string): Breach | undefined {
  if (lengthOf(handle) < 4) return { rule: 'min_length', limit: 4 }
  if (lengthOf(handle) > 15) return { rule: 'max_length', limit: 15 }
  if (!/^[A-Za-z0-9_]+$/.test(handle)) return { rule: 'charset' }
  if (/^_|_$|__/.test(handle)) return { rule: 'format' }
  return reservedHandles.has(handleKey(handle)) ? { rule: 'reserved' } : undefined
}

export const handle = ruledText({
  findBreach: findHandleBreach,
  meta: { minLength: 4, maxLength: 15, pattern: '^[A-Za-z0-9_]+$', examples: ['ada_l'] },
})

/** Handles that differ only in case are the same handle. */
export const handleKey = (text: string): string => text.toLowerCase()

/**
 * Text that shows nothing: spaces, ignored characters, marks without a letter, and the few characters that are drawn
 * empty.
 */
const blank = /^[\s\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}\u{13441}\u{13442}]*$/u

/**
 * U+200D and U+200C, which say whether letters or pictures are joined (👩‍💻) or not (علی‌رضا). U+200D also ends some
 * words of Bengali and Malayalam, after the sign that removes a letter's vowel, and U+200C ends words of Kurdish, as a
 * part of the vowel that is typed as U+0647 and U+200C (شه‌هله‌).
 */
const joiner =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d](?=[\p{L}\p{M}\p{Extended_Pictographic}])|(?<=[\u09cd\u0d4d])\u200d|(?<=\u0647)\u200c/gu

/** Characters that are no text, or that turn its direction. */
export const holdsControls = (text: string): boolean => /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u.test(text.replace(joiner, ''))

function findDisplayNameBreach(name: string): Breach | undefined {
  if (lengthOf(name) > 50) return { rule: 'max_length', limit: 50 }
  if (/[<>]/.test(name) || holdsControls(name)) return { rule: 'charset' }
  return blank.test(name) ? { rule: 'blank' } : undefined
}

export const displayName = ruledText({
  findBreach: findDisplayNameBreach,
  meta: { minLength: 1, maxLength: 50, examples: ['Ada Lovelace'] },
})

/** Text that is shown in lines: control characters are refused. */
const holdsMoreThanLines = (text: string): boolean => /[\p{Cs}\p{Co}]|(?!\n)\p{Cc}/u.test(text)

/** An empty bio clears it. */
export const bio = ruledText({
  findBreach: (text) => {
    if (lengthOf(text) > 160) return { rule: 'max_length', limit: 160 }
    return holdsMoreThanLines(text) ? { rule: 'charset' } : undefined
  },
  mayBeEmpty: true,
  meta: { maxLength: 160 },
})

/** A language of which there may be no texts yet. Kept in its canonical form. */
export const locale = ruledText({
  findBreach: (text) => {
    if (lengthOf(text) > longestTag) return { rule: 'max_length', limit: longestTag }
    return canonicalTag(text) === undefined ? { rule: 'format' } : undefined
  },
  meta: { description: 'BCP 47', maxLength: longestTag, examples: ['pt-BR'] },
}).transform((text) => canonicalTag(text) ?? text)

export const timeZone = ruledText({
  findBreach: (text) => (isTimeZone(text) ? undefined : { rule: 'format' }),
  meta: { description: 'A name of the IANA time zone database', examples: ['Europe/Berlin'] },
})

/** No offsets, which know no summer time. */
function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z][\w+/-]{1,39}$/.test(text)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}

/** Why a moderator or administrator did something, for the log. */
export const reason = ruledText({
  findBreach: (text) => {
    if (lengthOf(text) > 1000) return { rule: 'max_length', limit: 1000 }
    if (holdsMoreThanLines(text)) return { rule: 'charset' }
    return blank.test(text) ? { rule: 'blank' } : undefined
  },
  meta: { minLength: 1, maxLength: 1000 },
})

const mostPasswordBytes = 1024
export const mostPasswordLength = 128

/** For a password that is only checked: hashing one that is too long would be wasted work. */
const findKnownPasswordBreach = (text: string): Breach | undefined =>
  Buffer.byteLength(text) > mostPasswordBytes ? { rule: 'max_length', limit: mostPasswordBytes } : undefined

export const knownPassword = ruledText({
  findBreach: findKnownPasswordBreach,
  meta: { minLength: 1, format: 'password' },
})

/** The same for an optional password. An empty one counts as a wrong password. */
export const optionalKnownPassword = ruledText({
  findBreach: findKnownPasswordBreach,
  mayBeEmpty: true,
  meta: { format: 'password' },
}).optional()

type PasswordPolicy = { readonly minLength: number; readonly isCommon: IsCommonPassword }

const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

function findPasswordBreach(text: string, { minLength, isCommon }: PasswordPolicy): Breach | undefined {
  if (!text.isWellFormed()) return { rule: 'charset' }
  const length = lengthOf(text.normalize('NFKC'))
  if (length < minLength) return { rule: 'min_length', limit: minLength }
  if (length > mostPasswordLength) return { rule: 'max_length', limit: mostPasswordLength }
  if (Buffer.byteLength(text) > mostPasswordBytes) return { rule: 'max_length', limit: mostPasswordBytes }
  return isCommon(folded(text)) ? { rule: 'common' } : undefined
}

const newPasswords = new WeakSet<z.core.$ZodType>()

export function newPassword(policy: PasswordPolicy) {
  const field = ruledText({
    findBreach: (text) => findPasswordBreach(text, policy),
    meta: { minLength: policy.minLength, maxLength: mostPasswordLength, format: 'password' },
  })
  newPasswords.add(field)
  return field
}

/** The field of a body that sets a password; it may be optional. */
export const findNewPassword = ({ shape }: z.ZodObject): string | undefined =>
  Object.keys(shape).find((name) => newPasswords.has(bare(shape[name] as z.core.$ZodType)))

type Person = { readonly email: string; readonly handle: string; readonly displayName: string }

const productName = 'postern'

/** Whether the password is the person's own e-mail, its local part, handle or name, or the product's name [PW3]. */
export function isPersonalPassword(password: string, { email, handle, displayName }: Person): boolean {
  const names = [email, email.slice(0, email.lastIndexOf('@')), handle, displayName, productName]
  return names.map(folded).includes(folded(password))
}

/** The token of a mailed link. The route decides whether it is a valid one. */
export const mailedToken = ruledText({ meta: { description: 'From the link in the mail' } })

/** Whether a body is good only with the token of a mailed link. */
export const takesMailedToken = ({ shape }: z.ZodObject): boolean => Object.values(shape).includes(mailedToken)
