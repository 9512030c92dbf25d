/** What is logged and counted of an answered request. */
export type Answer = {
  readonly requestId: string
  readonly method: string
  /** The pattern of the route. The URL is never kept, because its query may hold secrets [LG1]. */
  readonly route: string | undefined
  readonly status: number
  readonly code: string | undefined
  readonly seconds: number
}

export type NoteAnswer = (answer: Answer) => void
