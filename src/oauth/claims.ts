import { z } from 'zod'
import { emailKey } from '../text/email.ts'
import type { Identity, Provider } from './provider.ts'

/**
 * PostgreSQL refuses NUL, and UTF-8 turns lone surrogates and bytes of other encodings into U+FFFD, so that two
 * subjects would become one [FD1].
 */
export const plainText = z.string().regex(/^[^\p{Cc}\p{Cs}\ufffd]*$/u)

/** OpenID Connect Core 1.0 section 5.1. A claim of the wrong type counts as absent, and so does an empty address. */
const claims = z.object({
  sub: plainText.min(1).max(255),
  email: z.string().trim().min(1).optional().catch(undefined),
  email_verified: z.unknown().optional(),
  preferred_username: plainText.optional().catch(undefined),
  picture: plainText.max(2048).optional().catch(undefined),
})

/** What an ID token or the user info says about a user. */
export type Claims = Omit<Identity, 'email'> & {
  readonly email: string | undefined
  /** What `email_verified` says. Only `true` itself means yes; a text such as "true" counts as absent. */
  readonly word: 'yes' | 'no' | undefined
}

export function readClaims(payload: unknown): Claims | undefined {
  const found = claims.safeParse(payload)
  if (!found.success) return undefined
  const {
    sub: subject,
    email,
    email_verified: verified,
    preferred_username: username,
    picture: pictureUrl,
  } = found.data
  return { subject, email, word: wordOf(verified), username, pictureUrl }
}

function wordOf(verified: unknown): Claims['word'] {
  if (verified === true) return 'yes'
  const isUnclear = verified === undefined || verified === null || /^(?:true|1)$/i.test(String(verified))
  return isUnclear ? undefined : 'no'
}

/** The user info's claims come first; the ID token's fill in what is missing. */
export function mergeClaims(signed: Claims, info: Claims): Claims {
  return {
    subject: info.subject,
    ...mergeEmails(signed, info),
    username: info.username ?? signed.username,
    pictureUrl: info.pictureUrl ?? signed.pictureUrl,
  }
}

type Email = Pick<Claims, 'email' | 'word'>

/**
 * `email_verified` speaks of the address beside it: the ID token's value counts for the user info's address only if
 * both name the same address [FD4].
 */
function mergeEmails(signed: Email, info: Email): Email {
  if (info.email === undefined) return { email: signed.email, word: signed.word }
  const { email } = info
  if (signed.email === undefined || emailKey(signed.email) !== emailKey(email)) return { email, word: info.word }
  const words = [signed.word, info.word]
  return { email, word: words.includes('no') ? 'no' : (info.word ?? signed.word) }
}

export function identityOf({ emailVerification }: Pick<Provider, 'emailVerification'>, claims: Claims): Identity {
  const { email: text, word, ...who } = claims
  const counts = { claim: word === 'yes', trusted: word !== 'no', mail: true }[emailVerification]
  const email = text !== undefined && counts ? { text, isProven: emailVerification !== 'mail' } : undefined
  return { ...who, email }
}
