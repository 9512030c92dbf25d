/**
 * The same text as V8 keeps it for the names of properties; any other it searches for on every request, and compiles
 * anew now and then.
 */
export const asPropertyName = (text: string): string => Object.keys({ [text]: true })[0] ?? text
