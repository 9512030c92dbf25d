import { type AccountState, afterAct, differingFields, isSameState, nobody } from './account-state.ts'
import type { Act, Entry, Look, Replay, SessionCheck } from './history.ts'

export type Finding = {
  readonly what: 'lost' | 'half done' | 'revived' | 'refused' | 'mistake' | 'used twice'
  readonly account: string
  readonly about: string
}

export type Judgement = {
  readonly findings: readonly Finding[]
  /** Acts without an answer that were done all the same, whole. */
  readonly happened: number
}

/** A process that was told of nothing may answer from memory for so long. */
const rememberedMs = 30_000

/** An account as its history says it must be; `undone` is what it would be if its last act, which had no answer, had not happened. */
type Life = {
  state: AccountState
  undone: AccountState | undefined
  pending: Act | undefined
  readonly open: Set<string>
  /** Ended, and until when a session check may not know yet. */
  readonly ended: Map<string, number>
}

/**
 * Judges a history: every acknowledged act is in every later look, whole; one without an answer is in all of them or in none; no session
 * that ended opens anything again. Acts of an account come one after the other, so there is one right state, or two after an act without
 * an answer until the next look tells.
 */
export function checkHistory(entries: readonly Entry[]): Judgement {
  const findings: Finding[] = []
  let happened = 0
  const lives = new Map<string, Life>()
  for (const entry of entries) {
    if (entry.kind === 'trouble') continue
    const life = lives.get(entry.account) ?? {
      state: nobody,
      undone: undefined,
      pending: undefined,
      open: new Set(),
      ended: new Map(),
    }
    lives.set(entry.account, life)
    const find = (what: Finding['what'], about: string) => findings.push({ what, account: entry.account, about })
    if (entry.kind === 'act') applyAct(life, entry, find)
    else if (entry.kind === 'look') happened += compareLook(life, entry, find) === 'happened' ? 1 : 0
    else if (entry.kind === 'session') judgeSession(life, entry, find)
    else judgeReplay(entry, find)
  }
  return { findings, happened }
}

type Find = (what: Finding['what'], about: string) => void

function applyAct(life: Life, act: Act, find: Find): void {
  if (act.code === 'system:internal_error') find('mistake', `${act.name} answered ${act.code}`)
  if (life.undone !== undefined) throw new Error(`${act.account}: an act without an answer was not looked at`)
  if (act.outcome === 'refused') {
    find('refused', `${act.name} answered ${act.status} ${act.code}`)
    return
  }
  const after = afterAct(life.state, act.name, act.details)
  if (act.outcome === 'unknown') {
    life.undone = life.state
    life.pending = act
  } else takeEffect(life, act, 0)
  life.state = after
}

function takeEffect(life: Life, act: Act, unknownUntilMs: number): void {
  for (const session of act.ends ?? []) {
    life.open.delete(session)
    life.ended.set(session, unknownUntilMs)
  }
  if (act.opens !== undefined) life.open.add(act.opens)
}

/** Tells of an act without an answer what became of it. */
function compareLook(life: Life, { seen }: Look, find: Find): 'happened' | undefined {
  const { state, undone, pending } = life
  life.undone = undefined
  life.pending = undefined
  if (isSameState(seen, state)) {
    if (pending === undefined) return undefined
    takeEffect(life, pending, pending.endedMs + rememberedMs)
    return 'happened'
  }
  if (undone !== undefined && isSameState(seen, undone)) {
    life.state = undone
    return undefined
  }
  const fields = differingFields(seen, state)
  const strange = undone === undefined ? fields : differingFields(seen, undone)
  const isMixture = undone !== undefined && !fields.some((field) => strange.includes(field))
  const about = fields.map((field) => `${field} ${JSON.stringify(seen[field])}, not ${JSON.stringify(state[field])}`)
  find(isMixture ? 'half done' : 'lost', `${pending ? `${pending.name}: ` : ''}${about.join('; ')}`)
  // What follows is judged from here, so that one loss is not found again and again.
  life.state = seen
  return undefined
}

function judgeSession(life: Life, { session, status, atMs }: SessionCheck, find: Find): void {
  const endedUntilMs = life.ended.get(session)
  if (status === 200 && endedUntilMs !== undefined && atMs > endedUntilMs) find('revived', `session ${session}`)
  if (status === 401 && life.open.has(session) && life.undone === undefined) find('lost', `session ${session}`)
}

function judgeReplay({ thing, status }: Replay, find: Find): void {
  if (status < 300) find('used twice', thing)
}
