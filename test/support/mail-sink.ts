import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export type SunkMail = {
  readonly to: string
  readonly messageId: string
  readonly text: string
  /** When it was taken: from then on it is this server's. */
  readonly atMs: number
}

/** A mail server of the tests' own. What it took is kept, repetitions as well. */
export type MailSink = {
  readonly url: string
  readonly taken: readonly SunkMail[]
  /** It takes mails, refuses every recipient, or listens and says nothing more. */
  mode: 'takes' | 'refuses' | 'hangs'
  stop(): Promise<void>
  start(): Promise<void>
}

export async function openMailSink(now: () => number, onTaken: () => void = () => {}): Promise<MailSink> {
  const taken: SunkMail[] = []
  let server: SMTPServer | undefined
  let port = 0
  const sink = {
    url: '',
    taken,
    mode: 'takes' as MailSink['mode'],
    start: async () => {
      server = makeServer()
      const listening = server
      await new Promise<void>((resolve) => listening.listen(port, '127.0.0.1', resolve))
      port = (listening.server.address() as AddressInfo).port
    },
    stop: async () => {
      const closing = server
      server = undefined
      if (closing) await new Promise<void>((resolve) => closing.close(resolve))
    },
  }
  function makeServer(): SMTPServer {
    const made = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      closeTimeout: 200,
      onRcptTo: (_address, _session, done) => {
        if (sink.mode === 'refuses') done(Object.assign(new Error('not today'), { responseCode: 450 }))
        else if (sink.mode === 'takes') done()
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', async () => {
          const { messageId = '', text = '' } = await PostalMime.parse(Buffer.concat(chunks))
          if (sink.mode !== 'takes') return
          for (const { address: to } of session.envelope.rcptTo) taken.push({ to, messageId, text, atMs: now() })
          done()
          onTaken()
        })
      },
    })
    // A client that breaks off concerns only itself.
    made.on('error', () => undefined)
    return made
  }
  await sink.start()
  sink.url = `smtp://127.0.0.1:${port}`
  return sink
}
