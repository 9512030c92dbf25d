import type { Shown } from '../credentials/methods.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Deps } from '../deps.ts'
import type { Caller } from '../http/caller.ts'
import { queueMail } from '../mail/outbox.ts'
import { type IssuedPair, issueMailedToken, issuePair, supersedeOldestPairs } from '../mailed-tokens/issue.ts'
import { domainOfPages, mailedLink } from '../mailed-tokens/link.ts'
import { digitsOf, linkOf, type Pair } from '../mailed-tokens/pair.ts'

type Asked = { readonly email: string; readonly shown: Shown; readonly client: Caller }

type HeldLogin = Omit<Asked, 'email'> & {
  readonly user: { readonly id: string; readonly email: string; readonly emailKey: string }
  readonly rememberMe: boolean
  /** Digest of the name of the browser that may send the digits, if it is a browser and digits are mailed. */
  readonly anonymousDigest: Buffer | undefined
}

/**
 * Afterwards the login waits until the link mailed to the account is opened, or the digits are typed. Returns the
 * mail's id. Other waiting logins stay valid, but of those with digits only the newest three.
 */
export async function holdLogin(
  tx: Transaction,
  deps: Deps,
  { user, rememberMe, shown, client, anonymousDigest }: HeldLogin,
): Promise<{ readonly mailId: string; readonly pair?: IssuedPair }> {
  const ttlSeconds = deps.config.deviceVerifyTtlSeconds
  const { id: userId, email, emailKey: addressKey } = user
  const { methods } = shown
  const wish = { purpose: 'device_verify', userId, addressKey, rememberMe, methods, ttlSeconds } as const
  if (deps.config.deviceGateMail === 'link') {
    const { id, text } = await issueMailedToken(tx, wish)
    const mail = { tokenId: id, link: mailedLink(deps.config, 'verify-device', text), ttlSeconds }
    return { mailId: await queue(tx, deps, { email, shown, client }, mail) }
  }
  const pair = await issuePair(tx, deps.keyring, { ...wish, anonymousDigest })
  await supersedeOldestPairs(tx, 'device_verify', userId)
  return { mailId: await queueDevicePair(tx, deps, { email, shown, client }, { pair, ttlSeconds }), pair }
}

/** Queues the mail that a held login waits for. Its link and digits are the same each time. */
export function queueDevicePair(
  tx: Transaction,
  deps: Deps,
  asked: Asked,
  { pair, ttlSeconds }: { readonly pair: Pair; readonly ttlSeconds: number },
): Promise<string> {
  const { config, keyring } = deps
  const link = mailedLink(config, 'verify-device', linkOf(keyring, pair).text)
  const code = { digits: digitsOf(deps, pair), domain: domainOfPages(config) }
  const mail = { tokenId: pair.id, ttlSeconds, ...code, ...(config.deviceGateMail !== 'code' && { link }) }
  return queue(tx, deps, asked, mail)
}

type DeviceMail = {
  readonly tokenId: string
  readonly link?: string
  readonly digits?: string
  readonly domain?: string | undefined
  readonly ttlSeconds: number
}

function queue(
  tx: Transaction,
  deps: Deps,
  { email: to, shown, client }: Asked,
  { tokenId, ttlSeconds, ...mail }: DeviceMail,
): Promise<string> {
  const { userAgent, address: ipAddress } = client
  const content = { template: 'device_link' as const, to, ...mail, shown, userAgent, ipAddress }
  return queueMail(tx, deps, { content, tokenId, ttlSeconds, client })
}
