// proxy.ts
import { type NextRequest, NextResponse } from 'next/server'
import { createClient } from 'postern/client'
import { posternUrl } from './lib/postern-url'

/** The pages that need somebody; add yours. */
export const config = { matcher: ['/account'] }

/** Guests are sent away before anything is rendered, and what Postern does to cookies reaches the browser, which no component could do. */
export async function proxy(request: NextRequest) {
  const cookie = request.headers.get('cookie') ?? ''
  const { data, error, response } = await createClient({ baseUrl: posternUrl, headers: { cookie } }).getSession()
  const mayPass = error !== undefined || data.session !== null
  const answer = mayPass ? NextResponse.next() : NextResponse.redirect(new URL('/sign-in', request.url))
  for (const line of response?.headers.getSetCookie() ?? []) answer.headers.append('set-cookie', line)
  return answer
}
