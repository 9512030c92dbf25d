import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'
import { faults } from '../errors/fault.ts'
import type { CountedHasher } from '../password/hash-ticket.ts'
import { checkRoomForHashing } from '../password/secret.ts'
import { mayBeDeviceToken } from '../sessions/devices.ts'
import { widestNetworkOf } from './client-address.ts'
import { readCookie } from './cookies.ts'
import { type Guard, guard } from './guard.ts'

const fault = faults('rate_limit:exceeded')

type Deps = { readonly config: Config; readonly hasher: CountedHasher }

/** Refuses strangers while there is no room for their passwords, before even their network is counted: without Redis that is a statement. */
export function hashingGuard({ config, hasher }: Deps): Guard {
  const ctx = { hasher, fault }
  const check = (request: FastifyRequest): void => {
    const sent = [readCookie(request, config, 'device_id'), request.headers['x-device-token']].flat()
    // It only asks: the place is taken once the request has been read.
    if (!sent.some(mayBeDeviceToken)) checkRoomForHashing(ctx, widestNetworkOf(request.clientAddress))
  }
  return guard('request', fault.codes, check)
}
