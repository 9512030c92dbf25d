import type { Context } from '../context.ts'
import { forgetDevices } from '../credentials/devices.ts'
import { endSessionOf } from '../sessions/revoke.ts'
import { administer, administerRefusals, type Order } from '../sign-in/administer.ts'
import { endAccess } from '../sign-in/end-access.ts'

export const endUserSessionsRefusals = administerRefusals

type EndUserSessionsRefusal = (typeof endUserSessionsRefusals)[number]

export const endUserSessionRefusals = [...administerRefusals, 'system:not_found'] as const

type EndUserSessionRefusal = (typeof endUserSessionRefusals)[number]

export const forgetUserDevicesRefusals = administerRefusals

export const forgetUserDeviceRefusals = [...administerRefusals, 'system:not_found'] as const

/** Afterwards nobody is signed in to the account, and nobody is about to be. */
export const endUserSessions = (ctx: Context<EndUserSessionsRefusal>, order: Order): Promise<void> =>
  administer(ctx, order, {
    action: 'user:end_sessions',
    event: 'session_revoked',
    change: (tx, target) => endAccess(tx, target.id),
  })

/** Afterwards this session of the account has ended. */
export const endUserSession = (
  ctx: Context<EndUserSessionRefusal>,
  order: Order,
  managementId: string,
): Promise<void> =>
  administer(ctx, order, {
    action: 'user:end_session',
    event: 'session_revoked',
    metadata: { session_id: managementId },
    change: async (tx, target) => {
      if (!(await endSessionOf(tx, target.id, managementId))) throw ctx.fault('system:not_found')
    },
  })

/** Afterwards every sign-in to the account needs a mailed link once; its sessions go on. */
export const forgetUserDevices = (ctx: Context<EndUserSessionsRefusal>, order: Order): Promise<void> =>
  administer(ctx, order, {
    action: 'user:forget_devices',
    event: 'device_forgotten',
    change: async (tx, target) => {
      await forgetDevices(tx, target.id)
    },
  })

/** Afterwards the device needs a mailed link again; its sessions go on. */
export const forgetUserDevice = (ctx: Context<EndUserSessionRefusal>, order: Order, deviceId: string): Promise<void> =>
  administer(ctx, order, {
    action: 'user:forget_device',
    event: 'device_forgotten',
    metadata: { device: deviceId },
    change: async (tx, target) => {
      if ((await forgetDevices(tx, target.id, deviceId)) === 0) throw ctx.fault('system:not_found')
    },
  })
