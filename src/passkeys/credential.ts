import { z } from 'zod'

const base64url = z.string().meta({ format: 'base64url' })
/** Some clients write null for a missing member. */
const orNothing = <Member extends z.ZodType>(member: Member) => member.nullish()

/**
 * The members of `RegistrationResponseJSON` that are read:
 * https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson
 */
export const newCredential = z
  .object({
    id: base64url,
    rawId: base64url,
    type: z.string(),
    response: z.object({
      clientDataJSON: base64url,
      attestationObject: orNothing(base64url),
      transports: orNothing(z.array(z.string())),
    }),
  })
  .meta({ id: 'NewPasskeyCredential', description: 'What toJSON() of a new PublicKeyCredential returns' })

export type NewCredential = z.infer<typeof newCredential>

/** The members of `AuthenticationResponseJSON` that are read. */
export const assertion = z
  .object({
    id: base64url,
    rawId: base64url,
    type: z.string(),
    response: z.object({
      clientDataJSON: base64url,
      authenticatorData: orNothing(base64url),
      signature: orNothing(base64url),
      userHandle: orNothing(base64url),
    }),
  })
  .meta({ id: 'PasskeyCredential', description: 'What toJSON() of the PublicKeyCredential of a sign-in returns' })

export type Assertion = z.infer<typeof assertion>

/** Bounds a credential, within the 64 KiB that a body may have. Credentials of authenticators take one or two KiB. */
const mostBytes = 16 * 1024

export const isTooLarge = (credential: object): boolean => JSON.stringify(credential).length > mostBytes
