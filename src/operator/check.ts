/** One check of doctor. `run` returns what it found, or throws an error that says what is wrong. */
export type Check = {
  readonly name: string
  /** Added to the finding if the check fails. */
  readonly remedy: string
  readonly run: () => Promise<string>
}
