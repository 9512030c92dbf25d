import type { signUps } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { type MailDeps, queueMail } from '../mail/outbox.ts'
import { type IssuedPair, issueMailedToken, issuePair, supersedeSignUpTokens } from '../mailed-tokens/issue.ts'
import { domainOfPages, mailedLink } from '../mailed-tokens/link.ts'
import { digitsOf, linkOf, type Pair } from '../mailed-tokens/pair.ts'

type SignUp = typeof signUps.$inferSelect
type Asker = Pick<Caller, 'address' | 'language'>

/**
 * Afterwards the sign-up has one live link, which waits to be mailed; earlier links are dead. The owner of a registered
 * address gets a mail without a link, after the same statements.
 */
export async function queueSignUpMail(
  tx: Transaction,
  deps: MailDeps,
  signUp: SignUp,
  client?: Asker,
): Promise<string> {
  const { id: signUpId, emailKey: addressKey } = signUp
  await supersedeSignUpTokens(tx, signUpId)
  const ttlSeconds = deps.config.emailVerificationTtlSeconds
  const token = await issueMailedToken(tx, { purpose: 'verify_email', signUpId, addressKey, ttlSeconds })
  return queue(tx, deps, signUp, { tokenId: token.id, text: token.text, ttlSeconds, client })
}

/** Like `queueSignUpMail`, with digits beside the link, for the person who is signing up right now. */
export async function queueSignUpCode(
  tx: Transaction,
  deps: MailDeps,
  signUp: SignUp,
  { client, anonymousDigest }: { readonly client: Asker; readonly anonymousDigest: Buffer | undefined },
): Promise<{ readonly mailId: string; readonly pair: IssuedPair }> {
  const { id: signUpId, emailKey: addressKey } = signUp
  await supersedeSignUpTokens(tx, signUpId)
  const ttlSeconds = deps.config.emailVerificationTtlSeconds
  const wish = { purpose: 'verify_email', signUpId, addressKey, anonymousDigest, ttlSeconds } as const
  const pair = await issuePair(tx, deps.keyring, wish)
  return { mailId: await queueSignUpPair(tx, deps, signUp, { pair, ttlSeconds, client }), pair }
}

type PairMail = { readonly pair: Pair; readonly ttlSeconds: number; readonly client: Asker }

/** Queues a mail with the link and the digits of a pair; every mail of the pair has the same ones. */
export function queueSignUpPair(
  tx: Transaction,
  deps: MailDeps,
  signUp: SignUp,
  { pair, ttlSeconds, client }: PairMail,
): Promise<string> {
  const { text } = linkOf(deps.keyring, pair)
  return queue(tx, deps, signUp, { tokenId: pair.id, text, digits: digitsOf(deps, pair), ttlSeconds, client })
}

type SignUpMail = {
  readonly tokenId: string
  readonly text: string
  readonly digits?: string
  readonly ttlSeconds: number
  readonly client: Asker | undefined
}

function queue(
  tx: Transaction,
  deps: MailDeps,
  { email: to, handle, registered, locale, createdAt, connection }: SignUp,
  { tokenId, text, digits, ttlSeconds, client }: SignUpMail,
): Promise<string> {
  const content = registered
    ? ({ template: 'registered_notice', to } as const)
    : ({
        template: 'verify_email',
        to,
        handle,
        link: mailedLink(deps.config, 'verify-email', text),
        signedUpAt: createdAt.toISOString(),
        ...(digits !== undefined && { digits, domain: domainOfPages(deps.config) }),
        ...(connection && { provider: connection.providerName }),
      } as const)
  return queueMail(tx, deps, {
    content,
    tokenId,
    ttlSeconds,
    locale: locale ?? client?.language ?? null,
    ...(client && { client }),
  })
}
