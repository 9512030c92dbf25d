import { z } from 'zod'
import { reason } from '../accounts/fields.ts'
import type { Fault } from '../errors/fault.ts'
import { signedInUser } from '../guards/credential.ts'
import { callerOf } from '../http/caller.ts'
import { isUuid } from '../http/validation.ts'
import type { Order } from '../sign-in/administer.ts'

export const userParams = z.object({ id: z.string() })

export const reasonBody = z.object({ reason })

type Asked = Parameters<typeof callerOf>[0] & {
  readonly params: { readonly id: string }
  readonly body: { readonly reason: string }
}

/** What the request orders to be done to the user of its path, by whoever has the console session. */
export function orderOf(request: Asked, fault: Fault<'user:not_found'>): Order {
  const { id: userId } = request.params
  if (!isUuid(userId)) throw fault('user:not_found')
  return { by: signedInUser(request), userId, reason: request.body.reason, client: callerOf(request) }
}

/** A provider of the path; the user may have no connection with it. */
export function slugOf(text: string, fault: Fault<'system:not_found'>): string {
  if (!/^[a-z0-9-]{1,64}$/.test(text)) throw fault('system:not_found')
  return text
}

/** An id of the path that belongs to something of the user's. */
export function idOf(text: string, fault: Fault<'system:not_found'>): string {
  if (!isUuid(text)) throw fault('system:not_found')
  return text
}
