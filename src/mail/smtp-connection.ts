import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { needsSmtpUtf8 } from '../text/email.ts'
import { RefusedError, SmtpError } from './refused.ts'

type Envelope = { from: string; to: string[]; use8BitMime: boolean }
type Credentials = { readonly user: string; readonly pass: string }
type Address = { readonly host: string; readonly port: number; readonly secure: boolean }
export type MailServer = {
  readonly options: Address & Record<string, unknown>
  readonly credentials: Credentials | undefined
}

/**
 * Members that the library's types leave out. Its exact version is pinned, and a test checks a probe's conversation.
 */
type Internals = {
  readonly _supportedExtensions: readonly string[]
  _setEnvelope(this: SMTPConnection, envelope: Envelope, done: (error: Error | null) => void): void
  _sendCommand(this: SMTPConnection, command: string | Buffer, logged?: string): void
}
/** The library's types leave out what it keeps to itself. */
const internalsOf = (one: SMTPConnection): Internals => one as unknown as Internals
const library = internalsOf(SMTPConnection.prototype)

export class Connection extends SMTPConnection {
  private probing = false

  async sendMessage(envelope: Envelope, message: Buffer): Promise<void> {
    this.checkAlphabet(envelope)
    return new Promise((resolve, reject) =>
      this.send(envelope, message, (error) => (error ? reject(error) : resolve())),
    )
  }

  /**
   * The library goes from RCPT TO straight to DATA, even pipelined. While probing, RSET is sent instead, and answered
   * by 250.
   */
  async probe(envelope: Envelope): Promise<void> {
    this.checkAlphabet(envelope)
    this.probing = true
    return new Promise((resolve, reject) => {
      library._setEnvelope.call(this, envelope, (error) => (error ? reject(error) : resolve()))
    })
  }

  get takesUnicode(): boolean {
    return internalsOf(this)._supportedExtensions.includes('SMTPUTF8')
  }

  /** The library itself would send such an address to any server [FD30]. */
  private checkAlphabet({ from, to }: Envelope): void {
    if (this.takesUnicode) return
    const lacks = 'The mail server has no SMTPUTF8 (RFC 6531), without which it cannot be told of'
    // The enhanced status for exactly this case: RFC 6531 section 3.5.
    if (to.some(needsSmtpUtf8)) throw new RefusedError('5.6.7', `${lacks} a recipient beyond ASCII before the @`)
    if (needsSmtpUtf8(from)) throw new SmtpError(`${lacks} a MAIL_FROM beyond ASCII before the @`)
  }

  _sendCommand(command: string | Buffer, logged?: string): void {
    library._sendCommand.call(this, this.probing && command === 'DATA' ? 'RSET' : command, logged)
  }
}

type Limits = {
  readonly leftMs: number
  /** Aborted once nothing may be handed over any more. */
  readonly lost: AbortSignal | undefined
  /** Called once the mail server lets us send. */
  readonly onGreeted: () => void
  /** Called once the connection is gone, which may be a little after QUIT. */
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
    // Late errors of a closed connection do not matter.
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

/** Reads smtp://user:password@host:587 or smtps://host; docs/operate.md lists the options. */
export function parseSmtpUrl(
  text: string,
  { name, deadlineMs }: { readonly name: string; readonly deadlineMs: number },
): MailServer {
  const url = new URL(text)
  const secure = url.protocol === 'smtps:'
  const trusting = loopback.test(url.hostname) || url.searchParams.get('tls.rejectUnauthorized') === 'false'
  const servername = url.searchParams.get('tls.servername')
  const user = decodeURIComponent(url.username)
  return {
    options: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port ? Number(url.port) : secure ? 465 : 587,
      secure,
      name,
      tls: { rejectUnauthorized: !trusting, ...(servername !== null && { servername }) },
      // A password is sent over TLS or not at all, as an attacker who strips STARTTLS could read it.
      requireTLS: user !== '' && !secure && !trusting,
      socketCloseTimeout: 0,
      // Nothing waits for the answer to QUIT; a server that never answers would keep the socket for ten minutes.
      socketTimeout: deadlineMs,
    },
    credentials: user === '' ? undefined : { user, pass: decodeURIComponent(url.password) },
  }
}
