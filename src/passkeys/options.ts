import { z } from 'zod'

/**
 * As browsers parse it: https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON and the section on
 * requests.
 */
const credential = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
})

export type Credential = { readonly credentialId: Buffer; readonly transports: readonly string[] }

export const describeCredential = ({ credentialId, transports }: Credential): z.infer<typeof credential> => ({
  id: credentialId.toString('base64url'),
  type: 'public-key',
  ...(transports.length > 0 && { transports: [...transports] }),
})

/** Built into the device, or separate from it, as a phone or a security key. */
export const attachments = ['platform', 'cross-platform'] as const

const expires_at = z.iso.datetime().meta({ description: 'request new options before this time' })

export const requestOptions = z
  .object({
    public_key: z
      .object({
        challenge: z.string(),
        rpId: z.string(),
        timeout: z.int(),
        userVerification: z.literal('required'),
        allowCredentials: z.array(credential),
      })
      .meta({
        id: 'PasskeyRequestOptions',
        description: 'For PublicKeyCredential.parseRequestOptionsFromJSON()',
      }),
    expires_at,
  })
  .meta({ id: 'PasskeyRequest', description: 'What a browser or app needs in order to ask for a passkey' })

export const creationOptions = z.object({
  public_key: z
    .object({
      rp: z.object({ id: z.string(), name: z.string() }),
      user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
      challenge: z.string(),
      pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.int() })),
      timeout: z.int(),
      excludeCredentials: z.array(credential),
      authenticatorSelection: z.object({
        residentKey: z.literal('required'),
        requireResidentKey: z.boolean(),
        userVerification: z.enum(['required', 'preferred']),
        authenticatorAttachment: z.enum(attachments).optional(),
      }),
      attestation: z.literal('none'),
      extensions: z.object({ credProps: z.boolean() }),
    })
    .meta({
      id: 'PasskeyCreationOptions',
      description: 'For PublicKeyCredential.parseCreationOptionsFromJSON()',
    }),
  expires_at,
})
