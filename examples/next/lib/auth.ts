// lib/auth.ts
import { createClient } from 'postern/client'

/** In the browser: Postern answers at the page's own origin. */
export const auth = createClient({ baseUrl: '' })
