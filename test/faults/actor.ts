import { setTimeout as sleep } from 'node:timers/promises'
import { type AccountState, type ActName, afterAct, isSameState, nobody } from './account-state.ts'
import { type Act, nowMs } from './history.ts'
import type { Random } from './random.ts'
import { ask, type Reply, type Sent } from './request.ts'
import type { Stage } from './stage.ts'

export type OpenSession = {
  readonly label: string
  readonly token: string
  /** Empty where nobody answered the question for it. */
  readonly managementId: string
  readonly sinceMs: number
}

/** What may be done once; after an acknowledged use it must be refused. */
export type UsedThing = {
  readonly account: string
  readonly thing: string
  readonly usedMs: number
  readonly sent: Sent
}

type Effect = {
  readonly details?: Readonly<Record<string, string>>
  readonly opens?: string
  readonly ends?: readonly string[]
}

/** What a mail with a link holds; the digits are empty where it has none. */
type Mailed = { readonly token: string; readonly code: string }

type Linked = {
  readonly to: string
  readonly page: string
  readonly sent: Sent
  readonly effect?: Effect
  /** With it the digits of the mail are sent first, and the link where they had no answer. */
  readonly codeToken?: string
}

export type Done = {
  /** Of an acknowledged act. */
  readonly reply: Reply | undefined
  readonly happened: boolean
}

type Options = {
  readonly stage: Stage
  readonly account: string
  readonly random: Random
  readonly isOver: () => boolean
}

/** The owner of one account: knows what only owners know, does one thing after the other, and writes down what became of each. */
export class Actor {
  readonly account: string
  readonly random: Random
  state: AccountState = nobody
  device: string | undefined
  refreshToken: string | undefined
  backupCodes: readonly string[] = []
  open: readonly OpenSession[] = []
  /** Of the present password, and of the mailbox that was used last. */
  passwordNumber = 0
  addressNumber = 0
  /** An answer that the account's state does not explain: nothing more can be learned from it. */
  isStuck = false
  /** Every session that it was given. */
  readonly known: { readonly label: string; readonly token: string }[] = []
  readonly used: UsedThing[] = []
  private readonly stage: Stage
  private readonly isOver: () => boolean
  private readonly usedLinks = new Set<string>()

  constructor({ stage, account, random, isOver }: Options) {
    this.stage = stage
    this.account = account
    this.random = random
    this.isOver = isOver
  }

  password = (number = this.passwordNumber): string => `password of ${this.account}: ${number}`
  address = (): string => `${this.account}.${this.addressNumber}@example.com`
  newLabel = (): string => `${this.account}/${this.known.length}-${Math.round(nowMs())}`
  labels = (): string[] => this.open.map(({ label }) => label)
  send = (sent: Sent): Promise<Reply | undefined> => ask(this.stage.apis, this.random, sent)

  /** Does it; without an answer the account is looked at once nothing can come of it any more. */
  async act(name: ActName, sent: Sent, { details = {}, opens, ends = [] }: Effect = {}): Promise<Done> {
    const startedMs = nowMs()
    const reply = await this.send(sent)
    const endedMs = nowMs()
    const outcome = outcomeOf(reply)
    const entry: Act = { kind: 'act', account: this.account, name, details, startedMs, endedMs, outcome, opens, ends }
    this.stage.history.note({ ...entry, ...(reply && { status: reply.status, code: reply.code }) })
    const before = this.state
    if (outcome === 'acknowledged') this.state = afterAct(before, name, details)
    if (outcome === 'refused') this.isStuck = true
    if (outcome === 'unknown') {
      await this.stage.settle(endedMs)
      await this.look()
    }
    const happened = !isSameState(this.state, before)
    if (happened && ends.length > 0) {
      this.open = this.open.filter(({ label }) => !ends.includes(label))
      // It may have been of one of these.
      this.refreshToken = undefined
    }
    return { reply: outcome === 'acknowledged' ? reply : undefined, happened }
  }

  async look(): Promise<void> {
    this.state = await this.stage.look(this.account)
    this.stage.history.note({ kind: 'look', account: this.account, atMs: nowMs(), seen: this.state })
  }

  /** The same with the link of the newest mail to the address that leads to the page, once it has come; again where it did not happen. */
  async actWithLink(
    name: ActName,
    { to, page, sent, effect, codeToken: code_token }: Linked,
  ): Promise<Done | undefined> {
    const mail = await this.link(to, page)
    if (mail === undefined) return undefined
    const { token, code } = mail
    const link = { ...sent, body: { ...sent.body, token } }
    const digits = code_token === undefined ? undefined : { ...sent, body: { ...sent.body, code_token, code } }
    for (let shown = digits ?? link; ; shown = link) {
      const done = await this.act(name, shown, effect)
      if (done.happened) this.usedLinks.add(token)
      if (done.reply) this.noteUsed(`the link of ${name}`, link)
      if (done.reply && digits) this.noteUsed(`the digits of ${name}`, digits)
      if (done.happened || this.isStuck || this.isOver()) return done
    }
  }

  noteUsed(thing: string, sent: Sent): void {
    this.used.push({ account: this.account, thing, usedMs: nowMs(), sent })
  }

  private async link(to: string, page: string): Promise<Mailed | undefined> {
    const pattern = new RegExp(`/account/${page}\\?token=(\\S+)`)
    while (!this.isOver()) {
      const mails = this.stage.mailSink.taken.filter((mail) => mail.to === to)
      const mailed = mails.map(({ text }) => ({
        token: pattern.exec(text)?.[1] ?? '',
        code: /^\d{3} \d{3}$/m.exec(text)?.[0] ?? '',
      }))
      const unused = mailed.findLast(({ token }) => token !== '' && !this.usedLinks.has(token))
      if (unused !== undefined) return unused
      await sleep(20)
    }
    return undefined
  }

  /** A session that was opened, with the id by which others end it. */
  async remember(label: string, reply: Reply | undefined): Promise<void> {
    if (reply === undefined) return
    const token = String(reply.body.token)
    this.known.push({ label, token })
    const listed = await this.send({ method: 'GET', path: '/v0/auth/sessions', token })
    if (listed?.status === 401) this.noteSession(label, 401)
    const all = (listed?.body.sessions ?? []) as { management_id: string; is_current: boolean }[]
    const managementId = all.find((one) => one.is_current)?.management_id ?? ''
    this.open = [...this.open, { label, token, managementId, sinceMs: nowMs() }]
  }

  /** Whether any session that it ever had opens what it should. */
  async checkSession(): Promise<void> {
    const one = this.known[this.random.below(this.known.length)]
    if (one === undefined) return
    const reply = await this.send({ method: 'GET', path: '/v0/user/me', token: one.token })
    if (reply) this.noteSession(one.label, reply.status)
  }

  noteSession(session: string, status: number): void {
    if (status === 200 || status === 401)
      this.stage.history.note({ kind: 'session', account: this.account, session, atMs: nowMs(), status })
  }
}

/** `system:internal_error` is a 400, and as little an answer as a 500. */
function outcomeOf(reply: Reply | undefined): Act['outcome'] {
  if (reply === undefined || reply.status >= 500 || reply.code === 'system:internal_error') return 'unknown'
  return reply.status < 300 ? 'acknowledged' : 'refused'
}
