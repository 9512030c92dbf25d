/** What an operator asked for cannot be; the message says why, and is all that is shown. */
export class OperatorError extends Error {}
