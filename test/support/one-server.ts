import type { Config } from '../../src/config/config.ts'
import type { OpenedDeps } from '../../src/deps.ts'

type Running = { readonly config: Config; readonly deps: OpenedDeps }

const firstOn = new Map<string, Running>()

/** Notes the app that a database was made for. */
export function noteFirst({ config, deps }: Running): void {
  if (config.databaseUrl !== undefined) firstOn.set(config.databaseUrl, { config, deps })
}

/** The next app may get the same database, emptied. */
export const forgetFirst = ({ databaseUrl = '' }: Config): boolean => firstOn.delete(databaseUrl)

export const findFirst = (databaseUrl: string | undefined): Running | undefined => firstOn.get(databaseUrl ?? '')

/**
 * The keys and the mail server of the app that was first on that database. Mails are sent by whichever process takes the job: with other
 * keys it could not read them, and with an inbox of its own nobody would find them.
 */
export function likeFirst(databaseUrl: string | undefined): Record<string, string> {
  const first = findFirst(databaseUrl)
  if (first === undefined) return {}
  const smtpUrl = first.deps.inbox?.smtpUrl ?? first.config.smtpUrl
  return { KEYS_DIR: first.config.keysDir, ...(smtpUrl !== undefined && { SMTP_URL: smtpUrl }) }
}

/** A worker in the process of the app sends the mails of its database there. */
type Sender = { readonly databaseUrl: string | undefined; readonly smtpUrl: string | undefined }
const senders = new Set<Sender>()

/** Notes where an app sends mails, until what this returns is called. */
export function noteSender({ config: { databaseUrl, smtpUrl, workerUrl }, deps }: Running): () => void {
  const sender = { databaseUrl, smtpUrl: smtpUrl ?? deps.inbox?.smtpUrl }
  if (workerUrl === undefined) senders.add(sender)
  return () => void senders.delete(sender)
}

/** Nobody waits for a mail that another app on the same database may send elsewhere: most times it would arrive. */
export function expectOwnMails({ config: { databaseUrl }, deps: { inbox } }: Running): void {
  const isElsewhere = (sender: Sender) => sender.databaseUrl === databaseUrl && sender.smtpUrl !== inbox?.smtpUrl
  if ([...senders].some(isElsewhere))
    throw new Error('another app on this database has a mail server of its own, and may take this mail')
}
