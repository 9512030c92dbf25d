import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '../../../src/errors/catalogue.ts'
import type { Act } from './act.ts'
import { credential, drawCaller, foresee } from './caller.ts'
import type { Choices } from './choices.ts'
import type { Life } from './life.ts'
import { type Account, endHeldLogins } from './state.ts'

type Actor = {
  readonly headers: Record<string, string>
  readonly id: string | undefined
  readonly showsCode: boolean
  refusal(least: 'mod' | 'admin'): ErrorCode | undefined
}

/** Mostly the standing administrator; sometimes one who was made, or somebody who has no right. */
function drawActor(life: Life, choices: Choices): Actor {
  const { administrator } = life.setting
  if (choices.below(3) < 2)
    return {
      headers: credential(administrator.token, false),
      id: administrator.id,
      showsCode: true,
      refusal: () => undefined,
    }
  const { headers, session, refusal } = drawCaller(life, choices)
  const roles = session?.account.roles ?? new Set()
  const mayDo = (least: 'mod' | 'admin') => roles.has('admin') || roles.has(least)
  return {
    headers,
    id: session?.account.id,
    showsCode: session?.showsCode ?? false,
    refusal: (least) => refusal() ?? (mayDo(least) ? undefined : 'user:permission_insufficient'),
  }
}

type Drawn = {
  readonly actor: Actor
  readonly target: Account | undefined
  readonly userId: string
  readonly refusal: ErrorCode | undefined
}

/** Who does it to whom, and what stands in the way before the deed itself. */
function drawOrder(life: Life, choices: Choices, { needsCode = false } = {}): Drawn {
  const actor = drawActor(life, choices)
  const target = choices.oneIn(10) ? undefined : life.findAccount(choices)
  const userId = target?.id ?? choices.among(randomUUID(), life.setting.administrator.id)
  const isAdmin = target?.roles.has('admin') || userId === life.setting.administrator.id
  const isThere = isAdmin || (target !== undefined && !target.isDeleted)
  const refusal =
    actor.refusal('admin') ??
    (needsCode && !actor.showsCode ? 'user:second_factor_required' : undefined) ??
    (userId === actor.id ? 'user:cannot_manage_self' : undefined) ??
    (isThere ? undefined : 'user:not_found') ??
    (isAdmin ? 'user:cannot_manage_higher_or_equal_role' : undefined)
  return { actor, target, userId, refusal }
}

export const ban: Act = async (life, choices) => {
  const { actor, target, userId, refusal } = drawOrder(life, choices)
  const isBanned = target?.isBanned ?? false
  const foreseen = foresee(refusal, isBanned ? 'user:already_banned' : undefined).else('200')
  const body = { user_id: userId, reason: 'spam', expires_at: choices.among(undefined, null, '2999-01-01T00:00:00Z') }
  const { status } = await life.post('/v0/users/ban', body, actor.headers, () => foreseen)
  if (status !== 200 || target === undefined) return
  target.isBanned = true
  endHeldLogins(life.state, target)
}

export const unban: Act = async (life, choices) => {
  const { actor, target, userId, refusal } = drawOrder(life, choices)
  const foreseen = foresee(refusal, target?.isBanned ? undefined : 'user:not_banned').else('200')
  const { status } = await life.post(
    '/v0/users/unban',
    { user_id: userId, reason: 'fine' },
    actor.headers,
    () => foreseen,
  )
  if (status === 200 && target) target.isBanned = false
}

export const grantRole: Act = async (life, choices) => {
  const role = choices.among('mod', 'admin')
  const { actor, target, userId, refusal } = drawOrder(life, choices, { needsCode: role === 'admin' })
  const foreseen = foresee(refusal, target?.roles.has(role) ? 'user:already_has_role' : undefined).else('200')
  const body = { user_id: userId, role, reason: 'trusted' }
  const { status } = await life.post('/v0/users/roles/grant', body, actor.headers, () => foreseen)
  if (status === 200) target?.roles.add(role)
}

export const revokeRole: Act = async (life, choices) => {
  const { actor, target, userId, refusal } = drawOrder(life, choices)
  const role = choices.among('mod', 'admin')
  const foreseen = foresee(refusal, target?.roles.has(role) ? undefined : 'user:does_not_have_role').else('200')
  const body = { user_id: userId, role, reason: 'enough' }
  const { status } = await life.post('/v0/users/roles/revoke', body, actor.headers, () => foreseen)
  if (status === 200) target?.roles.delete(role)
}

export const readLogs: Act = async (life, choices) => {
  const actor = drawActor(life, choices)
  const foreseen = foresee(actor.refusal('mod')).else('200')
  const query = choices.among('', '?limit=1&cursor_direction=Older', '?actions=user:ban,user:unban')
  await life.ask({ method: 'GET', target: `/v0/moderation/logs${query}`, headers: actor.headers }, () => foreseen)
}
