import type { Context } from '../context.ts'
import type { SignedIn } from '../credentials/signed-in.ts'
import type { Caller } from '../http/caller.ts'
import type { Proven } from '../sign-in/proven.ts'
import type { AddressReproof, Reproof } from '../sign-in/reproof.ts'
import { type Assertion, assertion } from './credential.ts'
import { findWorking } from './get-working.ts'
import { type AssertionRefusal, assertionRefusals, provePasskey } from './prove.ts'

const codes = [...assertionRefusals, 'passkey:not_registered'] as const

type Code = (typeof codes)[number]

export const passkeyReproof: Reproof<Code, AssertionRefusal, Assertion> & AddressReproof<AssertionRefusal, Assertion> =
  {
    name: 'credential',
    field: assertion.optional(),
    isHeld: ({ passkeys }) => passkeys > 0,
    codes,
    prove: proveHeld,
    emailChange: { codes: assertionRefusals, prove: proveAgain },
    deletion: {
      name: 'credential',
      codes: assertionRefusals,
      prove: proveAgain,
      canBeShown: async (ctx, { id }) => (await findWorking(ctx, id)).length > 0,
    },
  }

async function proveHeld(ctx: Context<Code>, signedIn: SignedIn, credential: Assertion, client: Caller) {
  if (signedIn.user.passkeys === 0) throw ctx.fault('passkey:not_registered')
  return proveAgain(ctx, signedIn, credential, client)
}

/** Afterwards one of the account's own passkeys has answered a challenge that was made for this session [PK10]. */
async function proveAgain(
  ctx: Context<AssertionRefusal>,
  { sessionId, user }: SignedIn,
  credential: Assertion,
  client: Caller,
): Promise<Proven> {
  const asked = {
    purpose: 'reauthentication',
    bindings: [sessionId],
    ownerId: user.id,
    deviceToken: undefined,
  } as const
  const { passkeyId, claim } = await provePasskey(ctx, { ...asked, credential, client })
  return { method: 'passkey', passkeyId, claim }
}
