/** What is said of a request once it is answered. */
export type Answer = {
  readonly requestId: string
  readonly method: string
  /** The pattern, never the URL, whose query may hold what is nobody's business [LG1]. */
  readonly route: string | undefined
  readonly status: number
  readonly code: string | undefined
  readonly seconds: number
}

export type NoteAnswer = (answer: Answer) => void
