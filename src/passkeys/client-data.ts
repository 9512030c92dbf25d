import { z } from 'zod'
import { readBase64url } from './base64url.ts'

const clientData = z.object({ type: z.string(), challenge: z.string(), origin: z.string() })

type Wanted = {
  readonly type: 'webauthn.create' | 'webauthn.get'
  readonly origins: readonly string[]
}

/**
 * The challenge that was answered, where browser or app says of the ceremony what it must: of that type, on a page of
 * ours, and in no frame of another's page [PK2]. Whoever wrote it is not known yet.
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
    // What is no JSON, or no UTF-8, says nothing.
    return undefined
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
