import { z } from 'zod'
import { readBase64url } from './base64url.ts'

const clientData = z.object({ type: z.string(), challenge: z.string(), origin: z.string() })

type Wanted = {
  readonly type: 'webauthn.create' | 'webauthn.get'
  readonly origins: readonly string[]
}

/**
 * Returns the challenge that was answered, or undefined unless the client data has the wanted type and one of our
 * origins, and comes from no frame in a page of another origin [PK2]. Its signature is yet to be verified.
 */
export function findChallenge(clientDataJSON: string, { type, origins }: Wanted): string | undefined {
  const said = parse(clientDataJSON)
  if (said === undefined || said.crossOrigin === true || said.topOrigin !== undefined) return undefined
  const read = clientData.safeParse(said)
  if (!read.success || read.data.type !== type || !origins.includes(read.data.origin)) return undefined
  return read.data.challenge
}

function parse(text: string): { readonly crossOrigin?: unknown; readonly topOrigin?: unknown } | undefined {
  const bytes = readBase64url(text)
  if (bytes === undefined) return undefined
  try {
    const said: unknown = JSON.parse(utf8.decode(bytes))
    return typeof said === 'object' && said !== null ? said : undefined
  } catch {
    // The text is not JSON, or not UTF-8.
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
