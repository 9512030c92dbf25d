import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { inSpan, serverOf } from '../tracing/span.ts'
import { asMailbox } from '../users/email.ts'
import type { RenderedMail } from './templates.ts'

/** The mail server did not take the mail, or could not be reached in time. */
class SmtpError extends Error {}

export type Patience = {
  /** Of `performance.now()`: when somebody began to wait; the deadline counts from then. */
  readonly since: number
  /** Nothing may be handed over any more. */
  readonly lost?: AbortSignal
}

export type SmtpSender = {
  /** @throws {SmtpError} */
  send(mail: RenderedMail & { readonly to: string; readonly messageId: string }, patience?: Patience): Promise<void>
  /** The same conversation up to the recipient, then a reset: nobody gets anything. @throws {SmtpError} */
  probe(to: string, patience?: Patience): Promise<void>
  /** Connects and signs in, and says goodbye. @throws {SmtpError} */
  verify(): Promise<void>
}

type Options = { readonly url: string; readonly from: string; readonly deadlineMs: number }

export function smtpSender({ url, from, deadlineMs }: Options): SmtpSender {
  const server = parseSmtpUrl(url, deadlineMs)
  const sender = /<([^>]+)>/.exec(from)?.[1] ?? from
  const spanOptions = { kind: 'client', attributes: serverOf(url) } as const
  const fromNow = (): Patience => ({ since: performance.now() })
  const converse = ({ since, lost }: Patience, act: (connection: Connection) => Promise<void>) => {
    const limits = { leftMs: deadlineMs - (performance.now() - since), lost }
    return inSpan('SMTP', spanOptions, () => withConnection(server, limits, act))
  }
  return {
    verify: () => converse(fromNow(), async () => {}),
    send: async ({ to, messageId, subject, text, html }, patience = fromNow()) => {
      const message = new MailComposer({
        from,
        to: { name: '', address: to },
        messageId,
        subject,
        text,
        html,
        headers: { 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      const bytes = await message.compile().build()
      await converse(patience, (connection) =>
        connection.sendMessage({ from: sender, to: [asMailbox(to)], use8BitMime: true }, bytes),
      )
    },
    probe: (to, patience = fromNow()) =>
      converse(patience, (connection) => connection.probe({ from: sender, to: [asMailbox(to)], use8BitMime: true })),
  }
}

type Envelope = { from: string; to: string[]; use8BitMime: boolean }
type Credentials = { readonly user: string; readonly pass: string }
type Server = { readonly options: object; readonly credentials: Credentials | undefined }

/** What the library keeps out of its types; the exact version is pinned, and a test holds a probe's conversation against it. */
type Internals = {
  _setEnvelope(this: SMTPConnection, envelope: Envelope, done: (error: Error | null) => void): void
  _sendCommand(this: SMTPConnection, command: string | Buffer, logged?: string): void
}
const internals = SMTPConnection.prototype as unknown as Internals

class Connection extends SMTPConnection {
  private probing = false

  sendMessage(envelope: Envelope, message: Buffer): Promise<void> {
    return new Promise((resolve, reject) =>
      this.send(envelope, message, (error) => (error ? reject(error) : resolve())),
    )
  }

  /** The library goes from RCPT TO straight to DATA, pipelined even; while probing, RSET takes its place and 250 answers it. */
  probe(envelope: Envelope): Promise<void> {
    this.probing = true
    return new Promise((resolve, reject) => {
      internals._setEnvelope.call(this, envelope, (error) => (error ? reject(error) : resolve()))
    })
  }

  _sendCommand(command: string | Buffer, logged?: string): void {
    internals._sendCommand.call(this, this.probing && command === 'DATA' ? 'RSET' : command, logged)
  }
}

async function withConnection(
  server: Server,
  { leftMs, lost }: { readonly leftMs: number; readonly lost: AbortSignal | undefined },
  act: (connection: Connection) => Promise<void>,
): Promise<void> {
  if (leftMs <= 0) throw new SmtpError('No time was left for a conversation with the mail server')
  lost?.throwIfAborted()
  const connection = new Connection(server.options)
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, leftMs, new Error('the conversation took too long'))
  })
  const failed = new Promise<never>((_, reject) => {
    connection.once('error', reject)
    lost?.addEventListener('abort', () => reject(lost.reason), { once: true })
  })
  try {
    await Promise.race([deadline, failed, converse(connection, server.credentials, act)])
    connection.quit()
  } catch (cause) {
    connection.close()
    throw new SmtpError('The mail server did not take the mail', { cause })
  } finally {
    clearTimeout(timer)
    // Late errors of a closed connection concern nobody.
    connection.on('error', () => undefined)
  }
}

async function converse(
  connection: Connection,
  credentials: Credentials | undefined,
  act: (connection: Connection) => Promise<void>,
) {
  await new Promise<void>((resolve, reject) =>
    connection.connect((error?: Error | null) => (error ? reject(error) : resolve())),
  )
  if (credentials) {
    await new Promise<void>((resolve, reject) =>
      connection.login({ credentials }, (error?: Error | null) => (error ? reject(error) : resolve())),
    )
  }
  await act(connection)
}

const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/

/** smtp://user:password@host:587, smtps://host; `?tls.rejectUnauthorized=false` for a server with a certificate of its own making. */
function parseSmtpUrl(text: string, deadlineMs: number): Server {
  const url = new URL(text)
  const secure = url.protocol === 'smtps:'
  const trusting = loopback.test(url.hostname) || url.searchParams.get('tls.rejectUnauthorized') === 'false'
  const user = decodeURIComponent(url.username)
  return {
    options: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port ? Number(url.port) : secure ? 465 : 587,
      secure,
      name: hostname().replace(/[^A-Za-z0-9.-]/g, '') || 'localhost',
      tls: { rejectUnauthorized: !trusting },
      // A password goes over TLS or not at all: who can strip STARTTLS could read it.
      requireTLS: user !== '' && !secure && !trusting,
      socketCloseTimeout: 0,
      // Nobody waits for the answer to QUIT: a server that owes it would keep the socket for ten minutes.
      socketTimeout: deadlineMs,
    },
    credentials: user === '' ? undefined : { user, pass: decodeURIComponent(url.password) },
  }
}

/** The same mail has the same Message-ID however often it is tried, so that a receiver knows a repetition: RFC 5322 section 3.6.4. */
export function messageIdOf(mailId: string, from: string): string {
  const domain = /@([^@>\s]+)>?$/.exec(from)?.[1] ?? `${randomBytes(4).toString('hex')}.invalid`
  return `<${mailId}@${domain}>`
}
