/** What was found, or a throw that says what is wrong. */
export type Check = {
  readonly name: string
  /** Named where the check fails. */
  readonly remedy: string
  readonly run: () => Promise<string>
}
