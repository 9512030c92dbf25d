/**
 * Returns the same text as a string that V8 has already stored as a property name. With any other string, V8 searches
 * for its stored form at every request, and recompiles the caller now and then.
 */
export const asPropertyName = (text: string): string => Object.keys({ [text]: true })[0] ?? text
