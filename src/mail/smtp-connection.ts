import { hostname } from 'node:os'
import SMTPConnection from 'nodemailer/lib/smtp-connection'

type Envelope = { from: string; to: string[]; use8BitMime: boolean }
type Credentials = { readonly user: string; readonly pass: string }
type Address = { readonly host: string; readonly port: number; readonly secure: boolean }
export type MailServer = {
  readonly options: Address & Record<string, unknown>
  readonly credentials: Credentials | undefined
}

/** What the library keeps out of its types; the exact version is pinned, and a test holds a probe's conversation against it. */
type Internals = {
  _setEnvelope(this: SMTPConnection, envelope: Envelope, done: (error: Error | null) => void): void
  _sendCommand(this: SMTPConnection, command: string | Buffer, logged?: string): void
}
const internals = SMTPConnection.prototype as unknown as Internals

export class Connection extends SMTPConnection {
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

type Limits = {
  readonly leftMs: number
  /** Nothing may be handed over any more. */
  readonly lost: AbortSignal | undefined
  /** The mail server lets us send. */
  readonly onGreeted: () => void
  /** The connection is gone, which may be a little after its goodbye. */
  readonly onEnd: () => void
}

export async function withConnection(
  { options, credentials }: MailServer,
  { leftMs, lost, onGreeted, onEnd }: Limits,
  act: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = new Connection(options)
  connection.once('end', onEnd)
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, leftMs, new Error('the conversation took too long'))
  })
  const failed = new Promise<never>((_, reject) => {
    connection.once('error', reject)
    lost?.addEventListener('abort', () => reject(lost.reason), { once: true })
  })
  const converse = async () => {
    await begin(connection, credentials)
    onGreeted()
    await act(connection)
  }
  try {
    await Promise.race([deadline, failed, converse()])
    connection.quit()
  } catch (error) {
    connection.close()
    throw error
  } finally {
    clearTimeout(timer)
    // Late errors of a closed connection concern nobody.
    connection.on('error', () => undefined)
  }
}

async function begin(connection: Connection, credentials: Credentials | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    connection.connect((error?: Error | null) => (error ? reject(error) : resolve())),
  )
  if (credentials === undefined) return
  await new Promise<void>((resolve, reject) =>
    connection.login({ credentials }, (error?: Error | null) => (error ? reject(error) : resolve())),
  )
}

const loopback = /^(?:localhost|127\.[\d.]+|\[::1\])$/

/** smtp://user:password@host:587, smtps://host; `?tls.rejectUnauthorized=false` for a server with a certificate of its own making. */
export function parseSmtpUrl(text: string, deadlineMs: number): MailServer {
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
