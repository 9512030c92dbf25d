// lib/server-auth.ts
import { headers } from 'next/headers'
import { createClient } from 'postern/client'
import { cache } from 'react'
import { posternUrl } from './postern-url'

/** On the server: asks Postern in the name of the browser whose request this is. */
export async function serverAuth() {
  const incoming = await headers()
  const passedOn = ['cookie', 'user-agent', 'x-forwarded-for'].map((name) => [name, incoming.get(name) ?? ''])
  return createClient({
    baseUrl: posternUrl,
    headers: Object.fromEntries(passedOn.filter(([, value]) => value !== '')),
  })
}

/** `null` for a guest, `undefined` where Postern cannot say. One question a request, however many components ask. */
export const currentSession = cache(async () => {
  const { data } = await (await serverAuth()).getSession()
  return data?.session
})
