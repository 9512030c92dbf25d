/** Replaces control characters, so that what users write cannot command the operator's terminal [LG3]. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?')
