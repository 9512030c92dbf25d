import { randomUUIDv7 } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import type { Config } from '../config/config.ts'
import type { Keyring } from '../crypto/keyring.ts'
import { seal } from '../crypto/sealed-box.ts'
import type { Jobs } from '../db/jobs.ts'
import { prepared } from '../db/prepared.ts'
import { mailedTokens, mails } from '../db/schema/mails.ts'
import { users } from '../db/schema/users.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Caller } from '../http/caller.ts'
import { emailKey } from '../text/email.ts'
import type { MailContent } from './letters.ts'
import { networkDigest } from './network.ts'

export type MailDeps = { readonly config: Config; readonly keyring: Keyring; readonly jobs: Jobs }

type Asker = Pick<Caller, 'address' | 'language'>

type NewMail = {
  readonly content: MailContent
  /** The token of the link in the mail. Once the token is dead, the mail is no longer sent. */
  readonly tokenId: string | null
  /** The account that the mail is about, if no token says so. */
  readonly userId?: string
  readonly ttlSeconds: number
  /**
   * The client whose request causes the mail: mails of one network take turns with those of others. Without one, mails
   * of one account do. Undefined for an operator, as no request waits then.
   */
  readonly client?: Asker
  /** The language of somebody who has no account, if it is not the client's. */
  readonly locale?: string | null
}

/** A request that waits for its mail asks the worker for it directly; the job runs later, in case that failed. */
const jobAfterRequestSeconds = 5

/**
 * Afterwards the mail is sent if the transaction commits, for as long as its token lives; gives the mail's id [EM5].
 */
export function queueMail(tx: Transaction, deps: MailDeps, mail: NewMail): Promise<string> {
  const { mailDelivery, workerTimeoutMs } = deps.config
  const isAwaited = mailDelivery === 'confirm' && mail.client !== undefined
  const afterSeconds = isAwaited ? Math.ceil(workerTimeoutMs / 1000) + jobAfterRequestSeconds : 0
  return putMessage(tx, deps, mail, afterSeconds)
}

/** Like `queueMail`, for a mail that no request waits for. */
export async function queueNotice(tx: Transaction, deps: MailDeps, mail: NewMail): Promise<void> {
  await putMessage(tx, deps, mail, 0)
}

type WithoutAddress<Content> = Content extends unknown ? Omit<Content, 'to'> : never
/** What a mail says, without its recipient. */
export type News = WithoutAddress<MailContent>
type Owner = { readonly id: string; readonly email: string }

/** News that could not be sent within a day is dropped. */
const newsTtlSeconds = 86_400

/** Tells the owner of an account what happened to it; no request waits for that. */
export async function notifyOwner(
  tx: Transaction,
  deps: MailDeps,
  { id: userId, email: to }: Owner,
  news: News,
  /** Given if somebody could cause many such mails to many accounts: they take turns among networks. */
  client?: Asker,
): Promise<void> {
  const content = { ...news, to } as MailContent
  const mail = { content, tokenId: null, userId, ttlSeconds: newsTtlSeconds, ...(client && { client }) }
  await putMessage(tx, deps, mail, 0)
}

/** Like `notifyOwner`, for several owners, in as many statements as for one. */
export async function notifyOwners(
  tx: Transaction,
  deps: MailDeps,
  owners: readonly Owner[],
  news: News,
): Promise<void> {
  if (owners.length === 0) return
  const rows = owners.map(({ id: userId, email: to }) => {
    const id = randomUUIDv7()
    const payload = seal(deps.keyring, JSON.stringify({ ...news, to }), id)
    return {
      id,
      kind: 'message' as const,
      userId,
      payload,
      locale: sql`(select ${users.locale} from ${users} where ${users.id} = ${userId})`,
      timeZone: sql`(select ${users.timeZone} from ${users} where ${users.id} = ${userId})`,
      expiresAt: sql`now() + make_interval(secs => ${newsTtlSeconds})`,
    }
  })
  await tx.insert(mails).values(rows)
  await deps.jobs.enqueueAll(
    tx,
    'deliver-mail',
    rows.map(({ id: mailId }) => ({ mailId })),
  )
}

/**
 * Does the same work when nobody is to be told, so that timing shows nothing: a row that is never sent, and a job that
 * finds no mail.
 */
export async function notifyNobody(tx: Transaction, deps: MailDeps, news: News): Promise<void> {
  await putMail(tx, deps, { kind: 'probe', payload: news, tokenId: null, ttlSeconds: newsTtlSeconds })
  await deps.jobs.enqueue(tx, 'deliver-mail', { mailId: randomUUIDv7() }, 0)
}

async function putMessage(tx: Transaction, deps: MailDeps, mail: NewMail, afterSeconds: number): Promise<string> {
  const { content: payload, client, locale = client?.language, ...rest } = mail
  const mailId = await putMail(tx, deps, {
    kind: 'message',
    payload,
    addressKey: emailKey(payload.to),
    locale,
    ...rest,
  })
  const party = client ? networkDigest(deps.keyring, client.address) : rest.userId
  await deps.jobs.enqueue(tx, 'deliver-mail', { mailId }, afterSeconds, party)
  return mailId
}

const probeTtlSeconds = 60

/** Queues a conversation to wait for when it must not show whether a mail is due. */
export const queueProbe = (tx: Transaction, deps: MailDeps, to: string): Promise<string> =>
  putMail(tx, deps, { kind: 'probe', payload: { to }, tokenId: null, ttlSeconds: probeTtlSeconds })

type Row = {
  readonly kind: 'message' | 'probe' | 'inquiry'
  readonly payload: object
  /** Of the address that it goes to. */
  readonly addressKey?: string
  readonly locale?: string | null | undefined
  readonly tokenId: string | null
  readonly userId?: string
  readonly ttlSeconds: number
}

/** Afterwards the mail's row exists, sealed, if the transaction commits; gives its id. */
export async function putMail(
  tx: Transaction,
  deps: MailDeps,
  { payload, userId, addressKey, locale, ...row }: Row,
): Promise<string> {
  const id = randomUUIDv7()
  const sealed = seal(deps.keyring, JSON.stringify(payload), id)
  await putStatement(tx).execute({
    ...row,
    id,
    userId: userId ?? null,
    addressKey: addressKey ?? null,
    locale: locale ?? null,
    payload: sealed,
  })
  return id
}

/**
 * What the account that a mail is about says of its reader, else the account that has the address. In the statement
 * that queues the mail, so that none forgets it, and so that it takes the same time whether there is such an account
 * [LO3].
 */
const ofReader = (column: typeof users.locale | typeof users.timeZone): SQL => sql`coalesce(
  (select ${column} from ${users} where ${users.id} = ${sql.placeholder('userId')}),
  (select ${column} from ${mailedTokens} join ${users} on ${users.id} = ${mailedTokens.userId}
    where ${mailedTokens.id} = ${sql.placeholder('tokenId')}),
  (select ${column} from ${users} where ${users.emailKey} = ${sql.placeholder('addressKey')}))`

const putStatement = prepared((tx) =>
  tx
    .insert(mails)
    .values({
      id: sql.placeholder('id'),
      kind: sql.placeholder('kind'),
      tokenId: sql.placeholder('tokenId'),
      userId: sql.placeholder('userId'),
      payload: sql.placeholder('payload'),
      locale: sql`coalesce(${ofReader(users.locale)}, ${sql.placeholder('locale')})`,
      timeZone: ofReader(users.timeZone),
      expiresAt: sql`now() + make_interval(secs => ${sql.placeholder('ttlSeconds')})`,
    })
    .prepare('put_mail'),
)
