import { placeSignUp } from '../accounts/place-sign-up.ts'
import type { Context } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import type { HashingCaller } from '../http/caller.ts'
import { confirmDelivery, deliveryRefusals } from '../mail/confirm.ts'
import { emailKey } from '../text/email.ts'
import { hashPassword, reserveHashing } from '../throttling/hash-password.ts'
import { HashTicket } from '../throttling/hash-ticket.ts'
import { limitMails } from '../throttling/mails.ts'

export const signUpRefusals = ['user:handle_already_exists', 'rate_limit:exceeded', ...deliveryRefusals] as const

type SignUpRefusal = (typeof signUpRefusals)[number]

type Wish = { readonly email: string; readonly handle: string; readonly displayName: string; readonly password: string }

/**
 * Afterwards a sign-up waits for its link, and whatever waited for that address before is void. A registered address
 * takes the same way to the same answer, but its sign-up can never become an account [TH6].
 */
export async function signUp(
  ctx: Context<SignUpRefusal>,
  { password, ...wish }: Wish,
  client: HashingCaller,
): Promise<void> {
  using place = reserveHashing(ctx, client.network)
  await limitMails(ctx, 'verify_email', emailKey(wish.email))
  const passwordHash = await hashPassword(ctx, password, HashTicket.ofSignUp(client, { place }))
  const mailId = await transaction(ctx.pool, (tx) =>
    placeSignUp(ctx, tx, { ...wish, passwordHash, connection: null }, client),
  )
  await confirmDelivery(ctx, mailId, client)
}
