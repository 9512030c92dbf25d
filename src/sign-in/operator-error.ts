/** What an operator asked for is not possible. The message says why, and is all that is shown. */
export class OperatorError extends Error {}
