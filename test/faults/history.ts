import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import type { AccountState, ActName } from './account-state.ts'

/** One request that changes an account. */
export type Act = {
  readonly kind: 'act'
  readonly account: string
  readonly name: ActName
  readonly details: Readonly<Record<string, string>>
  readonly startedMs: number
  readonly endedMs: number
  /** Unknown: no answer, or one that says that the server failed. */
  readonly outcome: 'acknowledged' | 'refused' | 'unknown'
  readonly status?: number
  readonly code?: string | undefined
  /** The session that it opened, those that it ended where it was done, and the one-time things that it used up. */
  readonly opens?: string | undefined
  readonly ends?: readonly string[]
}

/** What PostgreSQL showed of the account, while nothing of it was under way. */
export type Look = {
  readonly kind: 'look'
  readonly account: string
  readonly atMs: number
  readonly seen: AccountState
}

/** Whether a session opened anything. */
export type SessionCheck = {
  readonly kind: 'session'
  readonly account: string
  readonly session: string
  readonly atMs: number
  readonly status: number
}

/** A one-time thing that was used with an answer, presented once more. */
export type Replay = {
  readonly kind: 'replay'
  readonly account: string
  readonly thing: string
  readonly atMs: number
  readonly status: number
}

export type Trouble = {
  readonly kind: 'trouble'
  readonly what: string
  readonly atMs: number
  /** When it served again. */
  readonly overMs: number
}

export type Entry = Act | Look | SessionCheck | Replay | Trouble

export type History = { readonly file: string; note(entry: Entry): void; read(): Entry[] }

/** A line each, written as it happens: what a run leaves behind, to be judged afterwards. */
export function openHistory(file: string): History {
  writeFileSync(file, '')
  return {
    file,
    note: (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`),
    read: () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Entry),
  }
}

/** Milliseconds on one clock for everything in a history. */
export const nowMs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000
