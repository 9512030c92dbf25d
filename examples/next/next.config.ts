// next.config.ts
import type { NextConfig } from 'next'
import { posternUrl } from './lib/postern-url'

/** The browser talks to one origin: what Postern sets as cookies comes through untouched, and Next.js sees them too. */
const config: NextConfig = {
  rewrites: async () => [{ source: '/v0/:path*', destination: `${posternUrl}/v0/:path*` }],
}

export default config
