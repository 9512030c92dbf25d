import { randomUUIDv7 } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { isBanned } from '../accounts/banned.ts'
import { endSignUpsOf } from '../accounts/end-sign-ups.ts'
import { isPersonalPassword } from '../accounts/fields.ts'
import { audit } from '../accounts/history.ts'
import { noteAct } from '../accounts/note-act.ts'
import { hasRole, heldRoles } from '../accounts/roles.ts'
import { demandInvitations } from '../accounts/sign-up-policy.ts'
import { takeHandle } from '../accounts/take-handle.ts'
import { tellAdmins } from '../accounts/tell-admins.ts'
import type { Context } from '../context.ts'
import { type AccountTransaction, changeAccounts } from '../credentials/change-accounts.ts'
import type { Database } from '../db/database.ts'
import { violatesUnique } from '../db/failure.ts'
import { invitations } from '../db/schema/invitations.ts'
import { mailedTokens } from '../db/schema/mails.ts'
import { userRoles, users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import { breachedRefusals, refuseBreached } from '../guards/new-password.ts'
import type { HashingCaller } from '../http/caller.ts'
import { isKept } from '../mailed-tokens/kept-address.ts'
import { type MailedToken, peekMailedToken, takeMailedToken } from '../mailed-tokens/take.ts'
import { type OpenedSession, openOnNewDevice } from '../sign-in/open-session.ts'
import { hashPassword } from '../throttling/hash-password.ts'
import { countMailboxHash } from '../throttling/hash-ticket.ts'
import { type Invitation, isOpen } from './end-invitation.ts'

export const acceptInvitationRefusals = [
  'user:sign_up_closed',
  'token:invalid_invitation',
  'token:expired_invitation',
  'general:bad_request',
  'user:handle_already_exists',
  'user:email_already_exists',
  'password:new_password_missing',
  'rate_limit:exceeded',
  ...breachedRefusals,
  'FORBIDDEN',
] as const

type AcceptInvitationRefusal = (typeof acceptInvitationRefusals)[number]

type Acceptance = {
  readonly token: string
  readonly handle: string | undefined
  readonly displayName: string | undefined
  /** Undefined if the account will sign in by mailed codes. */
  readonly password: string | undefined
  readonly locale: string | undefined
  /** Whether the browser that posts the token has a live session. */
  readonly isSignedIn: boolean
  readonly client: HashingCaller
}

const refusals = {
  invalid: 'token:invalid_invitation',
  mismatch: 'token:invalid_invitation',
  used: 'token:invalid_invitation',
  expired: 'token:expired_invitation',
} as const

/**
 * Afterwards the person invited has an account with the address that the mail went to, which proves it, and a session
 * on a known device. SIGN_UP=invite and the lists of domains do not bind it: an administrator meant this address [AD8].
 */
export async function acceptInvitation(
  ctx: Context<AcceptInvitationRefusal>,
  acceptance: Acceptance,
): Promise<OpenedSession> {
  demandInvitations(ctx)
  const wanted = { token: acceptance.token, purpose: 'invitation' } as const
  // First, as a dead link is worth neither a look-up nor a hash.
  const peeked = await peekMailedToken(ctx.db, wanted)
  if (typeof peeked === 'string') throw ctx.fault(refusals[peeked])
  if (acceptance.isSignedIn)
    throw ctx.fault('FORBIDDEN', { details: 'Sign out first: this browser holds a session of another account.' })
  const found = demandOpen(ctx, await selectOpen(ctx.db, peeked))
  const chosen = choose(ctx, acceptance, found)
  const passwordHash = await hashChosen(ctx, acceptance, chosen, peeked)
  const { client } = acceptance
  return changeAccounts(ctx, async (tx) => {
    // First, as `holdInvitation` says. Nobody else answers for it by now: that would have killed this link.
    const inviter = await getInviter(ctx, tx, found)
    const taken = await takeMailedToken(tx, wanted)
    if (typeof taken === 'string') throw ctx.fault(refusals[taken])
    const invitation = demandOpen(ctx, await selectOpen(tx, taken).for('update'))
    const userId = await createAccount(ctx, tx, { invitation, ...chosen, passwordHash, client })
    await tx.update(invitations).set({ acceptedAt: sql`now()`, userId }).where(eq(invitations.id, invitation.id))
    await tx.update(mailedTokens).set({ userId }).where(eq(mailedTokens.id, taken.id))
    const user = { id: userId, handle: chosen.handle }
    for (const role of invitation.roles) await giveRole(ctx, tx, { role, invitation, inviter, user, client })
    return openOnNewDevice(tx, ctx.config, {
      userId,
      rememberMe: false,
      methods: ['mail'],
      client,
    })
  })
}

const selectOpen = (db: Database, { id, signUpId }: MailedToken) =>
  db
    .select()
    .from(invitations)
    .where(isOpen(signUpId ?? id))

function demandOpen(ctx: Context<'token:invalid_invitation'>, [found]: readonly Invitation[]): Invitation {
  if (found === undefined) throw ctx.fault('token:invalid_invitation')
  return found
}

type Chosen = { readonly handle: string; readonly displayName: string; readonly locale: string | null }

/** What the person invited wants counts, then what the invitation proposes. */
function choose(
  ctx: Context<'general:bad_request' | 'password:new_password_missing'>,
  { handle: wanted, displayName, password, locale, client }: Acceptance,
  invitation: Invitation,
): Chosen {
  const handle = wanted ?? invitation.handle
  if (handle === null) throw ctx.fault('general:bad_request', { fields: [{ path: '/handle', rule: 'required' }] })
  // Nothing else would open the account.
  if (password === undefined && ctx.config.emailSignIn === 'off') throw ctx.fault('password:new_password_missing')
  return {
    handle,
    displayName: displayName ?? invitation.displayName ?? handle,
    locale: locale ?? invitation.locale ?? client.language ?? null,
  }
}

async function hashChosen(
  ctx: Context<'general:validation_error' | 'password:check_unavailable' | 'rate_limit:exceeded'>,
  { password, client }: Acceptance,
  { handle, displayName }: Chosen,
  token: MailedToken,
): Promise<string | null> {
  if (password === undefined) return null
  if (isPersonalPassword(password, { email: token.addressKey, handle, displayName }))
    throw ctx.fault('general:validation_error', { fields: [{ path: '/password', rule: 'personal' }] })
  await refuseBreached(ctx, { field: 'password', password, asker: { lane: 'known', party: token.id } })
  return hashPassword(ctx, password, await countMailboxHash(ctx, token, client))
}

type Inviter = { readonly id: string; readonly handle: string }

/**
 * Whoever invited must still be an administrator: an invitation is worth no more than the power behind it [AZ4 AD8].
 * Undefined for the operator.
 */
async function getInviter(
  ctx: Context<'token:invalid_invitation'>,
  tx: Transaction,
  { invitedBy, roles }: Invitation,
): Promise<Inviter | undefined> {
  if (invitedBy === null) return undefined
  // A ban or an erasure locks the account, and the operator's command the role alone.
  await tx.select({ id: users.id }).from(users).where(eq(users.id, invitedBy)).for('share')
  await tx.select({ role: userRoles.role }).from(userRoles).where(eq(userRoles.userId, invitedBy)).for('share')
  // A statement of its own, as one that waited for a lock would still see what was so before.
  const [inviter] = await tx
    .select({ id: users.id, handle: users.handle, isBanned, held: heldRoles })
    .from(users)
    .where(and(eq(users.id, invitedBy), isNull(users.deletedAt)))
  const may =
    inviter !== undefined &&
    !inviter.isBanned &&
    hasRole(inviter.held, 'admin') &&
    roles.every((role) => hasRole(inviter.held, role))
  if (may) return inviter
  throw ctx.fault('token:invalid_invitation', { details: 'Whoever invited is no longer an administrator.' })
}

type NewAccount = Chosen & {
  readonly invitation: Invitation
  readonly passwordHash: string | null
  readonly client: HashingCaller
}

async function createAccount(
  ctx: Context<'user:email_already_exists' | 'user:handle_already_exists'>,
  tx: Transaction,
  { invitation: { id: invitationId, email, emailKey }, client, ...chosen }: NewAccount,
): Promise<string> {
  const id = randomUUIDv7()
  await endSignUpsOf(tx, emailKey)
  try {
    await tx.insert(users).values({ id, email, emailKey, ...chosen })
  } catch (error) {
    if (violatesUnique(error, 'users_email_key_unique')) throw ctx.fault('user:email_already_exists', { cause: error })
    throw error
  }
  if (await isKept(tx, emailKey)) throw ctx.fault('user:email_already_exists')
  if (!(await takeHandle(tx, chosen.handle, id))) throw ctx.fault('user:handle_already_exists')
  await audit(tx, { type: 'sign_up', userId: id, client, metadata: { invitation: invitationId } })
  await ctx.searchIndex.noteChange(tx, id)
  return id
}

type Grant = {
  readonly role: Invitation['roles'][number]
  readonly invitation: Invitation
  readonly inviter: Inviter | undefined
  readonly user: { readonly id: string; readonly handle: string }
  readonly client: HashingCaller
}

/** As if whoever invited had granted it: in the log, in the history, and told to all administrators. */
async function giveRole(
  ctx: Context<never>,
  tx: AccountTransaction,
  { role, invitation, inviter, user, client: { requestId } }: Grant,
): Promise<void> {
  const { reason } = invitation
  await tx.insert(userRoles).values({ userId: user.id, role })
  await audit(tx, { type: 'role_granted', userId: user.id, client: undefined, requestId, metadata: { role, reason } })
  await tellAdmins(tx, ctx, { template: 'role_granted', role, handle: user.handle, by: inviter?.handle })
  if (inviter === undefined) return
  const metadata = { role, invitation: invitation.id }
  const noted = { action: 'user:grant_role', resourceType: 'User', resourceId: user.id } as const
  await noteAct(tx, { ...noted, actorId: inviter.id, reason, metadata, requestId })
}
