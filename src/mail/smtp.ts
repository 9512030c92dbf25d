import { setTimeout as sleep } from 'node:timers/promises'
import { asMailbox } from '../text/email.ts'
import { type Mailbox, nameToGreetWith, parseMailbox } from '../text/mailbox.ts'
import { inSpan, serverOf } from '../tracing/span.ts'
import { composeMail } from './compose.ts'
import { greets, greetsTwo } from './greets-two.ts'
import { learnedPlaces, type Place } from './places.ts'
import { finalStatusOf, RefusedError, SmtpError } from './refused.ts'
import { type Connection, parseSmtpUrl, withConnection } from './smtp-connection.ts'
import type { RenderedMail } from './templates.ts'
import { mayBeTooMany, type Refusal, saysTooMany } from './too-many.ts'

export type Patience = {
  /** When the wait began, by `performance.now()`; the deadline counts from then. */
  readonly since: number
  /** Aborted once nothing may be handed over any more. */
  readonly lost?: AbortSignal
}

export type SmtpSender = {
  /** @throws {SmtpError} */
  send(mail: RenderedMail & { readonly to: string; readonly messageId: string }, patience?: Patience): Promise<void>
  /** The same conversation up to the recipient, then a reset, so that no mail is sent. @throws {SmtpError} */
  probe(to: string, patience?: Patience): Promise<void>
  /** Goes as far as a recipient, and says whether the server takes addresses beyond ASCII. @throws {SmtpError} */
  verify(): Promise<{ readonly takesUnicode: boolean }>
  /** Finds out whether the mail server has room for two conversations. */
  learn(): Promise<void>
  /** Whether the mail server has room for so few conversations that one is noticed by the next. */
  takesFew(): boolean
  /** Whether there is a mail server, which is asked at most four times a minute. */
  answers(): Promise<boolean>
  /** Most milliseconds that a conversation may take, including the wait for its place. */
  readonly deadlineMs: number
}

type Act = (connection: Connection) => Promise<void>
type Options = {
  readonly url: string
  readonly from: string
  /** The name for EHLO; by default the name of this machine, or the sender's host. */
  readonly name?: string | undefined
  readonly deadlineMs: number
}

export function smtpSender({ url, from, name, deadlineMs }: Options): SmtpSender {
  const sender = senderOf(from)
  const server = parseSmtpUrl(url, { name: name ?? nameToGreetWith(sender), deadlineMs })
  const places = learnedPlaces()
  const spanOptions = { kind: 'client', attributes: serverOf(url) } as const
  const fromNow = (): Patience => ({ since: performance.now() })

  /** Returns undefined if the conversation succeeded, else how it failed. */
  const tryOnce = async ({ since, lost }: Patience, act: Act): Promise<Refusal | undefined> => {
    const left = () => deadlineMs - (performance.now() - since)
    let wasGreeted = false
    if (left() <= 0) throw new SmtpError('No time was left for a conversation with the mail server')
    let place: Place | undefined
    try {
      place = await places.take(left())
      const { giveBack, noteGreeted } = place
      const onGreeted = () => {
        wasGreeted = true
        noteGreeted()
      }
      lost?.throwIfAborted()
      await withConnection(server, { leftMs: left(), lost, onGreeted, onEnd: giveBack }, act)
      places.noteSuccess()
      return undefined
    } catch (error) {
      place?.giveBack()
      return { error, wasGreeted }
    }
  }

  /** Whether it failed because of other conversations, so that waiting for their end may help. */
  const isCrowdedOut = (refusal: Refusal): boolean => {
    const hasOthers = places.hasOthers()
    // A server that only breaks off may be shutting down, so this does not teach how many it takes.
    if (!saysTooMany(refusal)) return hasOthers && mayBeTooMany(refusal)
    if (hasOthers) places.learn()
    return true
  }

  const converse = (patience: Patience, act: Act): Promise<void> =>
    inSpan('SMTP', spanOptions, async () => {
      const pauseUntil = patience.since + deadlineMs - pauseMs
      for (let refusal = await tryOnce(patience, act); refusal; refusal = await tryOnce(patience, act)) {
        if (!isCrowdedOut(refusal) || performance.now() > pauseUntil) {
          throw describe(refusal)
        }
        await sleep(pauseMs)
      }
    })

  let looked: { readonly at: number; readonly answer: Promise<boolean> } | undefined
  const look = () => {
    const now = performance.now()
    if (looked === undefined || now - looked.at > lookAgainAfterMs)
      looked = { at: now, answer: greets(server.options, greetedWithinMs) }
    return looked.answer
  }

  return {
    deadlineMs,
    answers: async () => places.hasOthers() || (await look()),
    takesFew: places.areFew,
    learn: async () => {
      if ((await greetsTwo(server.options, deadlineMs)) === false) places.learn()
    },
    verify: async () => {
      let takesUnicode = false
      // Every host that takes mail must take it for postmaster: RFC 5321 section 4.5.1.
      const to = [`postmaster@${sender.host}`]
      await converse(fromNow(), async (connection) => {
        takesUnicode = connection.takesUnicode
        await connection.probe({ from: sender.address, to, use8BitMime: true })
      })
      return { takesUnicode }
    },
    send: async ({ to, messageId, ...mail }, patience = fromNow()) => {
      const bytes = await composeMail(mail, { sender, to, messageId })
      await converse(patience, (connection) =>
        connection.sendMessage({ from: sender.address, to: [asMailbox(to)], use8BitMime: true }, bytes),
      )
    },
    probe: (to, patience = fromNow()) =>
      converse(patience, (connection) =>
        connection.probe({ from: sender.address, to: [asMailbox(to)], use8BitMime: true }),
      ),
  }
}

const pauseMs = 100
const lookAgainAfterMs = 15_000
/** Shorter than the deadline of the API that asks `/health/mail`. */
const greetedWithinMs = 1500

function describe(refusal: Refusal): SmtpError {
  if (refusal.error instanceof SmtpError) return refusal.error
  const status = finalStatusOf(refusal)
  return status === undefined
    ? new SmtpError('The mail server did not take the mail', { cause: refusal.error })
    : new RefusedError(status, 'The mail server refused the mail for good', refusal.error)
}

export function senderOf(from: string): Mailbox {
  const sender = parseMailbox(from)
  if (sender === undefined) throw new Error('MAIL_FROM is no mailbox')
  return sender
}

/**
 * The Message-ID is the same however often a mail is tried, so that receivers recognise repetitions: RFC 5322 section
 * 3.6.4.
 */
export const messageIdOf = (mailId: string, from: string): string => `<${mailId}@${senderOf(from).host}>`
