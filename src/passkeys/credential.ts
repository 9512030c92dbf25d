import { z } from 'zod'

const base64url = z.string().meta({ format: 'base64url' })
/** Some write null for what is not there. */
const orNothing = <Member extends z.ZodType>(member: Member) => member.nullish()

/** What of `RegistrationResponseJSON` is looked at: https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson */
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

/** The same of `AuthenticationResponseJSON`. */
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

/** Of the 64 KiB that a body may have; those of authenticators have one or two. */
const mostBytes = 16 * 1024

export const isTooLarge = (credential: object): boolean => JSON.stringify(credential).length > mostBytes
