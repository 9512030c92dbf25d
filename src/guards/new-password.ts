import type { FastifyRequest } from 'fastify'
import { isPersonalPassword } from '../accounts/fields.ts'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import { widestNetworkOf } from '../http/client-address.ts'
import { type Guard, guard } from '../http/guard.ts'
import type { Asker, BreachedPasswords } from '../ports/breached-passwords.ts'

const fault = faults('general:validation_error', 'password:check_unavailable')

type Deps = { readonly config: Config; readonly breachedPasswords: BreachedPasswords | undefined }

/**
 * Refuses what the schema cannot see of a new password: that it is a name of the signed-in user [PW3], and that it
 * leaked [PW7]. The latter comes last, as another server may have to be asked, but before any address is looked up
 * [PW10].
 */
export function newPasswordGuard(field: string, { config, breachedPasswords }: Deps): Guard {
  const refusal = (rule: 'personal' | 'breached') =>
    fault('general:validation_error', { fields: [{ path: `/${field}`, rule }] })
  const check = async (request: FastifyRequest): Promise<void> => {
    const password = (request.body as Readonly<Record<string, string | undefined>>)[field]
    // A sign-up without a password sets none.
    if (password === undefined) return
    const { signedIn } = request
    if (signedIn !== undefined && isPersonalPassword(password, signedIn.user)) throw refusal('personal')
    const breached = await breachedPasswords?.has(password, askerOf(request))
    if (breached === 'yes') throw refusal('breached')
    if (breached === 'unknown' && config.breachedPasswordsRequired === 'on') throw fault('password:check_unavailable')
  }
  return guard('request', fault.codes, check)
}

const askerOf = ({ signedIn, clientAddress }: FastifyRequest): Asker =>
  signedIn === undefined
    ? { lane: 'stranger', party: widestNetworkOf(clientAddress) }
    : { lane: 'known', party: signedIn.user.id }
