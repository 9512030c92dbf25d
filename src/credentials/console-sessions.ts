/** A console session ends after this time without use. */
export const consoleIdleSeconds = 30 * 60
/** It ends after this time in any case. */
export const consoleAbsoluteSeconds = 12 * 3600
/** Of more the oldest end. */
export const mostConsoleSessions = 10
