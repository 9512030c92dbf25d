import { eq, sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type pg from 'pg'
import type { Keyring } from '../crypto/keyring.ts'
import { open } from '../crypto/sealed-box.ts'
import type { Database } from '../db/database.ts'
import { mailedTokens, mails } from '../db/schema/mails.ts'
import { type Transaction, transaction, underLocks } from '../db/transaction.ts'
import { describeCause } from '../errors/cause.ts'
import type { Messages } from '../messages/messages.ts'
import { type MailBudget, MailsSpentError, spendMail } from '../throttling/mails.ts'
import { currentSpan } from '../tracing/span.ts'
import type { Brand } from './brand.ts'
import type { MailContent } from './letters.ts'
import { RefusedError } from './refused.ts'
import { messageIdOf, type Patience, type SmtpSender } from './smtp.ts'
import { renderMail } from './templates.ts'

export type DeliverDeps = {
  readonly db: Database
  readonly pool: pg.Pool
  readonly keyring: Keyring
  readonly smtp: Pick<SmtpSender, 'send' | 'probe'>
  readonly mailFrom: string
  readonly messages: Messages
  readonly brand: Brand
  readonly log: FastifyBaseLogger
  /** Set where mails are sent that no request has counted. */
  readonly budget?: MailBudget
}

/** A failed mail is tried again, a refused one is not. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'refused'

/**
 * Afterwards the mail was handed over or refused for good, or it is not due: sent before, or its token is dead. The row
 * stays locked, so that only one process sends it; if the lock is lost, the conversation is broken off. Only a crash
 * between the end of the text and the commit repeats a mail (RFC 5321 section 6.1), with the same Message-ID.
 */
export async function deliverMail(
  deps: DeliverDeps,
  mailId: string,
  // Includes the wait for a turn or a connection; otherwise a request behind a slow mail server would hear of it too
  // late.
  since = performance.now(),
): Promise<DeliveryOutcome> {
  try {
    const outcome = await transaction(deps.pool, (tx) => deliverLocked(deps, tx, mailId, since))
    if (outcome === 'refused') currentSpan()?.fail('refused')
    return outcome
  } catch (error) {
    deps.log.warn({ mailId, cause: describeCause(error) }, 'a mail could not be handed over')
    currentSpan()?.fail('failed')
    if (!(error instanceof MailsSpentError)) await countFailure(deps, mailId)
    return 'failed'
  }
}

async function deliverLocked(
  deps: DeliverDeps,
  tx: Transaction,
  mailId: string,
  since: number,
): Promise<'delivered' | 'refused'> {
  const mail = await lockMail(tx, mailId)
  if (mail?.refusal) return 'refused'
  if (!mail || !isKept(mail)) return 'delivered'
  if (mail.isDead) {
    await closeMail(tx, mailId, {})
    return 'delivered'
  }
  const refusal = await underLocks(tx, (lost) => unlessRefused(handOver(deps, mail, { since, lost })))
  if (refusal === undefined) {
    await closeMail(tx, mailId, { sentAt: sql`now()` })
    return 'delivered'
  }
  const { status } = refusal
  deps.log.warn({ mailId, status, cause: describeCause(refusal) }, 'the mail server refused a mail for good')
  await closeMail(tx, mailId, { refusal: status })
  return 'refused'
}

const unlessRefused = (act: Promise<void>): Promise<RefusedError | undefined> =>
  act.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof RefusedError) return error
      throw error
    },
  )

type StoredMail = {
  readonly id: string
  readonly kind: 'message' | 'probe' | 'inquiry'
  readonly payload: Buffer | null
  readonly refusal: string | null
  readonly locale: string | null
  readonly timeZone: string | null
  readonly attempts: number
  readonly isDead: boolean
}

type KeptMail = StoredMail & { readonly payload: Buffer }

const isKept = (mail: StoredMail): mail is KeptMail => mail.payload !== null

async function lockMail(tx: Transaction, mailId: string): Promise<StoredMail | undefined> {
  const [mail] = await tx
    .select({
      id: mails.id,
      kind: mails.kind,
      payload: mails.payload,
      refusal: mails.refusal,
      locale: mails.locale,
      timeZone: mails.timeZone,
      attempts: mails.attempts,
      isDead: sql<boolean>`${mails.expiresAt} <= now() or ${mailedTokens.supersededAt} is not null
        or ${mailedTokens.usedAt} is not null`,
    })
    .from(mails)
    .leftJoin(mailedTokens, eq(mailedTokens.id, mails.tokenId))
    .where(eq(mails.id, mailId))
    .for('update', { of: mails })
  return mail
}

async function handOver(
  { keyring, smtp, mailFrom, messages, brand, budget }: DeliverDeps,
  { id, kind, payload, attempts, locale, timeZone }: KeptMail,
  patience: Patience,
): Promise<void> {
  const content = JSON.parse(open(keyring, payload, id).toString()) as MailContent
  if (kind === 'probe') return smtp.probe(content.to, patience)
  // Strangers' wrong tries cause this mail, and no request has counted it as a mail.
  if (budget && content.template === 'locked_out' && attempts === 0) {
    if (await spendMail(budget, 'locked_out')) throw new MailsSpentError()
  }
  const mail = renderMail(content, { language: messages.nearest(locale) ?? messages.fallback, timeZone, brand })
  return smtp.send({ ...mail, to: content.to, messageId: messageIdOf(id, mailFrom) }, patience)
}

/** Erases the content, which nothing will read again. */
async function closeMail(
  tx: Transaction,
  mailId: string,
  end: { readonly sentAt?: ReturnType<typeof sql>; readonly refusal?: string },
): Promise<void> {
  await tx
    .update(mails)
    .set({ ...end, payload: null })
    .where(eq(mails.id, mailId))
}

async function countFailure({ db, log }: DeliverDeps, mailId: string): Promise<void> {
  try {
    await db
      .update(mails)
      // A probe is never tried again, so its address need not be kept.
      .set({ attempts: sql`${mails.attempts} + 1`, payload: sql`case when kind = 'probe' then null else payload end` })
      .where(eq(mails.id, mailId))
  } catch (error) {
    log.warn({ mailId, cause: describeCause(error) }, 'a failed attempt could not be counted')
  }
}
