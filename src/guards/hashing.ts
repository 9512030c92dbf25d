import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { mayBeDeviceToken } from '../credentials/devices.ts'
import { faults } from '../errors/fault.ts'
import { widestNetworkOf } from '../http/client-address.ts'
import { readCookie } from '../http/cookies.ts'
import { type Guard, guard } from '../http/guard.ts'
import { checkRoomForHashing } from '../throttling/hash-password.ts'
import type { CountedHasher } from '../throttling/hash-ticket.ts'

const fault = faults('rate_limit:exceeded')

type Deps = { readonly config: Config; readonly hasher: CountedHasher }

/**
 * Refuses strangers while there is no room to hash their passwords, before their network is counted: without Redis,
 * counting takes a statement in the database.
 */
export function hashingGuard({ config, hasher }: Deps): Guard {
  const ctx = { hasher, fault }
  const check = (request: FastifyRequest): void => {
    const sent = [readCookie(request, config, 'device_id'), request.headers['x-device-token']].flat()
    // Only asks: the place is reserved once the request has been read.
    if (!sent.some(mayBeDeviceToken)) checkRoomForHashing(ctx, widestNetworkOf(request.clientAddress))
  }
  return guard('request', fault.codes, check)
}
