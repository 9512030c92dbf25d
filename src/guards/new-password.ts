import type { FastifyRequest } from 'fastify'
import { isPersonalPassword } from '../accounts/fields.ts'
import type { Context } from '../context.ts'
import { faults } from '../errors/fault.ts'
import { widestNetworkOf } from '../http/client-address.ts'
import { type Guard, guard } from '../http/guard.ts'
import type { Asker } from '../ports/breached-passwords.ts'

export const breachedRefusals = ['general:validation_error', 'password:check_unavailable'] as const

type BreachedRefusal = (typeof breachedRefusals)[number]
type Deps = Pick<Context<never>, 'config' | 'breachedPasswords'>
type Refusing = Deps & Pick<Context<BreachedRefusal>, 'fault'>

const fault = faults(...breachedRefusals)

/**
 * Refuses what the schema cannot see of a new password: that it is a name of the signed-in user [PW3], and that it
 * leaked [PW7]. The latter comes last, as another server may have to be asked, but before any address is looked up
 * [PW10].
 */
export function newPasswordGuard(field: string, deps: Deps): Guard {
  const check = async (request: FastifyRequest): Promise<void> => {
    const password = (request.body as Readonly<Record<string, string | undefined>>)[field]
    // A sign-up without a password sets none.
    if (password === undefined) return
    const { signedIn } = request
    if (signedIn !== undefined && isPersonalPassword(password, signedIn.user)) throw refusal(fault, field, 'personal')
    await refuseBreached({ ...deps, fault }, { field, password, asker: askerOf(request) })
  }
  return guard('request', fault.codes, check)
}

type Chosen = { readonly field: string; readonly password: string; readonly asker: Asker }

/** Refuses a password that leaked, or that cannot be looked up where it must be [PW7]. */
export async function refuseBreached(
  { config, breachedPasswords, fault }: Refusing,
  { field, password, asker }: Chosen,
): Promise<void> {
  const breached = await breachedPasswords?.has(password, asker)
  if (breached === 'yes') throw refusal(fault, field, 'breached')
  if (breached === 'unknown' && config.breachedPasswordsRequired === 'on') throw fault('password:check_unavailable')
}

const refusal = (fault: Refusing['fault'], field: string, rule: 'personal' | 'breached') =>
  fault('general:validation_error', { fields: [{ path: `/${field}`, rule }] })

const askerOf = ({ signedIn, clientAddress }: FastifyRequest): Asker =>
  signedIn === undefined
    ? { lane: 'stranger', party: widestNetworkOf(clientAddress) }
    : { lane: 'known', party: signedIn.user.id }
