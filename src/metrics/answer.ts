/** What is logged and counted of an answered request. */
export type Answer = {
  readonly requestId: string
  readonly method: string
  /** The pattern of the route. The URL is never kept, because its query may hold secrets [LG1]. */
  readonly route: string | undefined
  readonly status: number
  readonly code: string | undefined
  readonly seconds: number
  /** The digest of the contract that the caller was written against, as it was sent: X-Contract. */
  readonly contract: string | undefined
}

export type NoteAnswer = (answer: Answer) => void
