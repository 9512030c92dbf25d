import { createHmac, randomBytes, randomUUIDv7 } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import { shownMetadata } from '../accounts/history.ts'
import { open, seal } from '../crypto/sealed-box.ts'
import type { Database } from '../db/database.ts'
import { webhooks } from '../db/schema/events.ts'
import { securityEvents } from '../db/schema/users.ts'
import type { Deps } from '../deps.ts'
import { isSuccess, type Outbound } from '../outbound/ask.ts'
import { literalAddress } from '../outbound/policy.ts'

/** The associated data of a sealed secret, which ties it to its webhook. */
const secretBoxOf = (id: string): string => `webhook:${id}`
/** The form that the libraries of https://www.standardwebhooks.com take. */
const secretPrefix = 'whsec_'

/**
 * Afterwards every event of an account is posted to the URL. Gives the secret that signs the requests, which is not
 * shown again. Returns undefined if the URL must not be posted to.
 */
export async function addWebhook(
  { db, keyring, outboundPolicy }: Pick<Deps, 'db' | 'keyring' | 'outboundPolicy'>,
  url: string,
): Promise<{ id: string; secret: string } | undefined> {
  if (!outboundPolicy.isPlainUrl(url)) return undefined
  const parsed = new URL(url)
  const address = literalAddress(parsed.hostname)
  const isForbidden =
    address !== undefined && !outboundPolicy.isAllowedHost(parsed.hostname) && !outboundPolicy.isAllowedAddress(address)
  if (isForbidden || !outboundPolicy.isUsualPort(parsed)) return undefined
  const id = randomUUIDv7()
  const secret = secretPrefix + randomBytes(32).toString('base64')
  await db.insert(webhooks).values({ id, url, sealedSecret: seal(keyring, secret, secretBoxOf(id)) })
  return { id, secret }
}

export const listWebhooks = (db: Database) =>
  db.select({ id: webhooks.id, url: webhooks.url }).from(webhooks).orderBy(asc(webhooks.createdAt))

/** Afterwards nothing is posted to the webhook any more, not even queued events; says whether it existed. */
export async function removeWebhook(db: Database, id: string): Promise<boolean> {
  return (await db.delete(webhooks).where(eq(webhooks.id, id)).returning({ id: webhooks.id })).length > 0
}

type Delivery = { readonly webhookId: string; readonly eventId: string }

/**
 * Posts an event to a webhook, with the same id on every try. The content is read at that time, so nothing personal of
 * an erased account is posted.
 * @throws if the webhook did not accept it
 */
export async function deliverToWebhook(
  { db, keyring, outbound }: { readonly outbound: Outbound } & Pick<Deps, 'db' | 'keyring'>,
  { webhookId, eventId }: Delivery,
): Promise<void> {
  const [webhook] = await db.select().from(webhooks).where(eq(webhooks.id, webhookId))
  const [event] = await db.select().from(securityEvents).where(eq(securityEvents.id, eventId))
  if (webhook === undefined || event === undefined) return
  const { id, type, userId, createdAt, metadata } = event
  const body = JSON.stringify({
    id,
    type,
    created_at: createdAt.toISOString(),
    user_id: userId,
    ...(metadata !== null && { metadata: shownMetadata(metadata) }),
  })
  const timestamp = Math.floor(Date.now() / 1000).toString()
  const key = open(keyring, webhook.sealedSecret, secretBoxOf(webhookId)).toString().slice(secretPrefix.length)
  const signature = createHmac('sha256', Buffer.from(key, 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64')
  const reply = await outbound.askGuarded(webhook.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  })
  if (!isSuccess(reply)) throw new Error(`the webhook answered ${reply.status}`)
}
