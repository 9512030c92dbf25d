'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import type { AnyAnswer } from './calls.ts'
import type { FieldProblem } from './errors.ts'

type AnyError = NonNullable<AnyAnswer['error']>
type ErrorIn<Result extends AnyAnswer> = NonNullable<Result['error']>
type DataIn<Result extends AnyAnswer> = Extract<Result, { readonly error?: undefined }>['data']

/** The names of the body's fields; any string if the body's type does not name them. */
type FieldOf<Init> = NonNullable<Init> extends { readonly body?: infer Body } ? NameOf<NonNullable<Body>> : string
type NameOf<Body> = Body extends FormData ? string : keyof Body & string

export type ActionOptions<Result extends AnyAnswer> = {
  /** Turns the error into words for the user. */
  readonly sentence?: (error: ErrorIn<Result>) => string
  /** Runs once after a success. `pending` lasts until its promise settles. */
  readonly onSuccess?: (data: DataIn<Result>) => unknown
}

export type Action<Init, Result extends AnyAnswer> = {
  /**
   * Makes the call. Resolves to `undefined` if another run is under way, or if this run was ended before its answer.
   */
  readonly run: (...init: undefined extends Init ? [init?: Init] : [init: Init]) => Promise<Result | undefined>
  readonly pending: boolean
  /** The error of the last run; `undefined` once the next run begins. */
  readonly error: ErrorIn<Result> | undefined
  /** The first problem of each field of the body, by the field's name. */
  readonly fieldErrors: { readonly [Name in FieldOf<Init>]?: FieldProblem }
  /** The error in words, if `sentence` was given. */
  readonly sentence: string | undefined
  /** Seconds until the server accepts another try, counted down to 0. */
  readonly retryIn: number
  /** Forgets the error, and ends a run that is under way. */
  readonly reset: () => void
}

type Refused<Result extends AnyAnswer> = { readonly error: ErrorIn<Result>; readonly retryAt: number }
type Outcome<Result extends AnyAnswer> = { readonly pending: boolean; readonly refused?: Refused<Result> | undefined }

const idle = { pending: false }

/**
 * Makes a call that a user triggers: one run at a time, with its error prepared for a form. Unmounting the component
 * ends the run.
 * @example
 * const signIn = useAction(auth.signIn, { onSuccess: refresh })
 * await signIn.run({ body: { email, password } })
 */
export function useAction<Init extends object | undefined, Given extends Promise<AnyAnswer>>(
  call: (init: Init) => Given,
  options: ActionOptions<Awaited<Given>> = {},
): Action<Init, Awaited<Given>> {
  type Result = Awaited<Given>
  const [{ pending, refused }, setOutcome] = useState<Outcome<Result>>(idle)
  const underWay = useRef<AbortController>(undefined)
  const latest = useRef({ call, options })
  useEffect(() => {
    latest.current = { call, options }
  })

  /** Also runs when React only pauses effects, in Strict Mode or a hidden `Activity`; `pending` is false after it. */
  const end = useCallback(() => {
    underWay.current?.abort()
    underWay.current = undefined
    setOutcome((before) => (before.pending ? idle : before))
  }, [])
  useEffect(() => end, [end])

  const run = useCallback(async (init?: Init): Promise<Result | undefined> => {
    if (underWay.current) return undefined
    const own = new AbortController()
    underWay.current = own
    setOutcome({ pending: true })
    let refused: Refused<Result> | undefined
    try {
      const answer: Result = await latest.current.call(withSignal(init, own))
      if (underWay.current !== own) return undefined
      const error = answer.error as ErrorIn<Result> | undefined
      if (error) refused = { error, retryAt: Date.now() + 1000 * waitOf(error) }
      else await latest.current.options.onSuccess?.(answer.data as DataIn<Result>)
      return answer
    } finally {
      if (underWay.current === own) {
        underWay.current = undefined
        setOutcome({ pending: false, refused })
      }
    }
  }, [])

  const reset = useCallback(() => {
    end()
    setOutcome(idle)
  }, [end])

  return {
    run,
    reset,
    pending,
    error: refused?.error,
    fieldErrors: refused ? fieldErrorsOf(refused.error) : {},
    sentence: refused && options.sentence?.(refused.error),
    retryIn: useCountdown(refused?.retryAt ?? 0),
  }
}

/** Adds the run's signal; a signal of the caller's ends the run as well. */
function withSignal<Init>(init: Init | undefined, own: AbortController): Init {
  const { signal } = (init ?? {}) as { readonly signal?: AbortSignal }
  signal?.addEventListener('abort', () => own.abort(), { once: true })
  if (signal?.aborted) own.abort()
  return { ...init, signal: own.signal } as Init
}

const waitOf = (error: AnyError): number => ('retryAfterSeconds' in error && error.retryAfterSeconds) || 0

function fieldErrorsOf(error: AnyError): Readonly<Record<string, FieldProblem>> {
  const fields = ('fields' in error && error.fields) || []
  // Reversed, so that the first problem of a field overwrites the later ones.
  return Object.fromEntries(fields.map((one) => [one.path.slice(1), one] as const).reverse())
}

const secondsTo = (time: number): number => Math.max(0, Math.ceil((time - Date.now()) / 1000))

/** Whole seconds until `time`, updated each second. */
function useCountdown(time: number): number {
  const [, tick] = useState(0)
  useEffect(() => {
    if (secondsTo(time) === 0) return
    const timer = setInterval(() => {
      tick((count) => count + 1)
      if (secondsTo(time) === 0) clearInterval(timer)
    }, 1000)
    return () => clearInterval(timer)
  }, [time])
  return time === 0 ? 0 : secondsTo(time)
}
