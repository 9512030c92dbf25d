import { createHmac } from 'node:crypto'
import { vi } from 'vitest'
import { catalogue, type ErrorCode } from '../../../src/errors/catalogue.ts'
import { type Exchange, headerText, outcomeOf, readJson } from '../exchange.ts'
import type { FuzzedServer, Request } from '../fuzzed-server.ts'
import { described, type Ledger } from '../ledger.ts'
import type { Choices } from './choices.ts'
import { type Account, newState, type Session, type State } from './state.ts'

/** Who belongs to no life and outlives them all. */
export type Member = { readonly id: string; readonly token: string }

export type Setting = { readonly server: FuzzedServer; readonly ledger: Ledger; readonly administrator: Member }

export type Answer = {
  readonly status: number
  readonly json: Record<string, unknown>
  readonly cookies: Readonly<Record<string, string>>
  readonly exchange: Exchange
}

/** `401 user:unauthorized` */
export const refused = (code: ErrorCode): string => `${catalogue[code].status} ${code}`

let lives = 0

/** A handful of people at the server, what the model believes of them, and the way to ask. */
export class Life {
  readonly state: State = newState()
  readonly setting: Setting
  readonly #number = ++lives
  readonly #seenLinks = new Set<string>()
  #passwords = 0

  constructor(setting: Setting) {
    this.setting = setting
  }

  /** Few addresses and handles, so that people meet; nobody else has them. */
  address = (index: number): string => `p${index % 4}.${this.#number}.${process.pid}@example.com`
  handle = (index: number): string => `f${this.#number.toString(36)}${'abcde'[index % 5]}z`
  newPassword = (): string => `a password nobody had ${this.#number} ${++this.#passwords}`

  /** Asks, and insists that the answer is one that the model foresees; those are reckoned afterwards, as time passes meanwhile. */
  async ask(request: Request, foreseen: () => readonly string[]): Promise<Answer> {
    const exchange = await this.setting.server.ask(request)
    const breaches = this.setting.ledger.note('account life', exchange)
    const outcome = outcomeOf(exchange)
    const expected = foreseen()
    if (breaches.length > 0 || !expected.includes(outcome)) {
      const why = breaches.length > 0 ? breaches.join('\n') : `foreseen: ${expected.join(' or ')}; answered: ${outcome}`
      throw new Error(`${why}\n${described(exchange)}\n${String(request.body).slice(0, 500)}`)
    }
    return answerOf(exchange)
  }

  post(target: string, body: object, headers: Record<string, string>, foreseen: () => readonly string[]) {
    const json = { 'content-type': 'application/json', ...headers }
    return this.ask({ method: 'POST', target, body: JSON.stringify(body), headers: json }, foreseen)
  }

  /** The token of a link that nobody has looked at yet: the mail may still be on its way. */
  async newLink(address: string, page: string): Promise<string> {
    const found = await vi.waitFor(
      async () => {
        for (const text of await this.#mailsTo(address)) {
          const token = new RegExp(`/account/${page}\\?token=(\\S+)`).exec(text)?.[1]
          if (token !== undefined && !this.#seenLinks.has(token)) return token
        }
        throw new Error(`no new link to ${page} reached ${address}`)
      },
      { timeout: 15_000, interval: 20 },
    )
    this.#seenLinks.add(found)
    return found
  }

  async #mailsTo(address: string): Promise<string[]> {
    const { server } = this.setting
    const read = async (target: string) => {
      const { body } = await server.ask({ method: 'GET', target })
      return readJson(body) as { messages?: { ID: string }[]; Text?: string } | undefined
    }
    const { messages = [] } = (await read(`/api/v1/search?query=${encodeURIComponent(`to:${address}`)}`)) ?? {}
    const mails = await Promise.all(messages.map(({ ID }) => read(`/api/v1/message/${ID}`)))
    return mails.map((mail) => mail?.Text ?? '')
  }

  findAccount = (choices: Choices): Account | undefined => choices.of(this.state.accounts)

  /** Mostly one that lives. */
  findSession(choices: Choices): Session | undefined {
    const all = this.state.sessions.toReversed()
    return choices.oneIn(6) ? choices.of(all) : choices.of(all.filter(({ isEnded }) => !isEnded))
  }
}

function answerOf(exchange: Exchange): Answer {
  const lines = [exchange.headers['set-cookie'] ?? []].flat()
  const pairs = lines.map((line) => /^__Host-(\w+)=([^;]*)/.exec(line)?.slice(1) ?? [])
  const json = /json/.test(headerText(exchange.headers, 'content-type') ?? '') ? readJson(exchange.body) : undefined
  return {
    status: exchange.status,
    json: (json ?? {}) as Record<string, unknown>,
    cookies: Object.fromEntries(pairs) as Record<string, string>,
    exchange,
  }
}

const stepSeconds = 30

export const stepAt = (milliseconds: number): number => Math.floor(milliseconds / 1000 / stepSeconds)

/** RFC 6238 by itself, so that a mistake of the server's library is none of the model's. */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

function fromBase32(text: string): Buffer {
  const bits = [...text.replace(/=+$/, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
