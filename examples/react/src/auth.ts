// src/auth.ts
import { createClient } from 'postern/client'

/** Postern answers at the page's own origin: vite.config.ts sees to it, in production your reverse proxy. */
export const auth = createClient({ baseUrl: location.origin })
