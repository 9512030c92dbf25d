import { eq } from 'drizzle-orm'
import { placeSignUp } from '../accounts/place-sign-up.ts'
import { queueSignUpMail } from '../accounts/sign-up-mail.ts'
import type { Context } from '../context.ts'
import { oauthProviders, oauthSignUps } from '../db/schema/oauth.ts'
import { type Transaction, transaction } from '../db/transaction.ts'
import { widestNetworkOf } from '../http/client-address.ts'
import { confirmDelivery, deliveryRefusals } from '../mail/confirm.ts'
import type { OpenedSession } from '../sign-in/open-session.ts'
import { emailKey } from '../text/email.ts'
import { limitMails } from '../throttling/mails.ts'
import { countEvent } from '../throttling/quota.ts'
import {
  type CompleteWish,
  isSignUpOf,
  type OpenNewAccountRefusal,
  openNewAccount,
  openNewAccountRefusals,
  takeSignUp,
} from './open-new-account.ts'

export const completeSignUpRefusals = [...openNewAccountRefusals, 'rate_limit:exceeded', ...deliveryRefusals] as const

type CompleteSignUpRefusal = (typeof completeSignUpRefusals)[number]

export type Completed =
  | { readonly next: 'session'; readonly session: OpenedSession }
  /** A link was mailed; opening it makes the account. */
  | { readonly next: 'mail' }

/** Afterwards the sign-up is an account or, if the provider did not vouch for the address, waits for a mailed link. */
export async function completeSignUp(ctx: Context<CompleteSignUpRefusal>, wish: CompleteWish): Promise<Completed> {
  const address = await findAddressToProve(ctx, wish)
  if (address === undefined) return { next: 'session', session: await openNewAccount(ctx, wish) }
  await limitSignUpMails(ctx, address, wish)
  const mailId = await transaction(ctx.pool, (tx) => mailLink(ctx, tx, wish))
  if (mailId !== undefined) await confirmDelivery(ctx, mailId, wish.client)
  return { next: 'mail' }
}

async function findAddressToProve({ db }: Context<never>, wish: CompleteWish): Promise<string | undefined> {
  const isOwn = isSignUpOf(wish)
  if (isOwn === undefined) return undefined
  const [found] = await db
    .select({ email: oauthSignUps.email, needsMail: oauthSignUps.needsMail })
    .from(oauthSignUps)
    .where(isOwn)
  return found?.needsMail ? found.email : undefined
}

/** Mails an hour, the same quota that a network has for sign-ups with a password. */
const mailsToANetwork = 20

async function limitSignUpMails(
  ctx: Context<'rate_limit:exceeded'>,
  address: string,
  { client }: CompleteWish,
): Promise<void> {
  await countEvent(ctx, {
    key: `provider-sign-up:${widestNetworkOf(client.address)}`,
    quota: mailsToANetwork,
    windowSeconds: 3600,
    details: 'This network has reached its hourly limit of sign-ups through providers.',
  })
  await limitMails(ctx, 'verify_email', emailKey(address))
}

/**
 * Every address gets the same answer in the same way, registered or not, as at a sign-up with a password [TH6]. Returns
 * undefined if the same request queued the mail a moment ago.
 */
async function mailLink(
  ctx: Context<OpenNewAccountRefusal>,
  tx: Transaction,
  wish: CompleteWish,
): Promise<string | undefined> {
  const { handle, displayName, client } = wish
  const signUp = await takeSignUp(ctx, tx, wish)
  if (signUp.handle !== null) return undefined
  const { id, email, providerId, issuer, subject, pictureUrl } = signUp
  if (providerId === null || issuer === null || subject === null) throw ctx.fault('user:invalid_token')
  // Locked until the sign-up is committed, so that deleting the provider deletes this sign-up too.
  const [provider] = await tx
    .select({ name: oauthProviders.name })
    .from(oauthProviders)
    .where(eq(oauthProviders.id, providerId))
    .for('key share')
  if (provider === undefined) throw ctx.fault('user:invalid_token')
  await tx.update(oauthSignUps).set({ handle, displayName }).where(eq(oauthSignUps.id, id))
  // The link works only in the same browser, found by its lasting name, or in the app that holds the pending token.
  const boundTo = (wish.anonymousDigests?.[0] ?? signUp.digest).toString('hex')
  const connection = { providerId, providerName: provider.name, issuer, subject, pictureUrl, boundTo }
  const waiting = await placeSignUp(ctx, tx, {
    email,
    handle,
    displayName,
    passwordHash: null,
    connection,
    locale: wish.locale ?? client.language ?? null,
  })
  return queueSignUpMail(tx, ctx, waiting, client)
}
