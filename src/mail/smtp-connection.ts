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
 * What the library keeps out of its types; the exact version is pinned, and a test holds a probe's conversation against
 * it.
 */
type Internals = {
  readonly _supportedExtensions: readonly string[]
  _setEnvelope(this: SMTPConnection, envelope: Envelope, done: (error: Error | null) => void): void
  _sendCommand(this: SMTPConnection, command: string | Buffer, logged?: string): void
}
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
   * The library goes from RCPT TO straight to DATA, pipelined even; while probing, RSET takes its place and 250 answers
   * it.
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

  /** The library would send such an address to any server [FD30]. */
  private checkAlphabet({ from, to }: Envelope): void {
    if (this.takesUnicode) return
    const lacks = 'The mail server has no SMTPUTF8 (RFC 6531), without which it cannot be told of'
    // The enhanced status for just this: RFC 6531 section 3.5.
    if (to.some(needsSmtpUtf8)) throw new RefusedError('5.6.7', `${lacks} a recipient beyond ASCII before the @`)
    if (needsSmtpUtf8(from)) throw new SmtpError(`${lacks} a MAIL_FROM beyond ASCII before the @`)
  }

  _sendCommand(command: string | Buffer, logged?: string): void {
    library._sendCommand.call(this, this.probing && command === 'DATA' ? 'RSET' : command, logged)
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

/** smtp://user:password@host:587, smtps://host; its options are listed in docs/operate.md. */
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
      // A password goes over TLS or not at all: who can strip STARTTLS could read it.
      requireTLS: user !== '' && !secure && !trusting,
      socketCloseTimeout: 0,
      // Nobody waits for the answer to QUIT: a server that owes it would keep the socket for ten minutes.
      socketTimeout: deadlineMs,
    },
    credentials: user === '' ? undefined : { user, pass: decodeURIComponent(url.password) },
  }
}
