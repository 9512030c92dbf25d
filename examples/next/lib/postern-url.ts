// lib/postern-url.ts
/** Where this server reaches Postern. */
export const posternUrl = process.env.POSTERN_URL ?? 'http://localhost:8080'
