import type { TestApp } from '../support/app.ts'
import type { Answer } from '../support/client.ts'
import { signedUp } from '../support/people.ts'
import { ageTotp, onDeviceOf, tempToken, verify, withTotp } from '../totp/support.ts'

type Role = 'admin' | 'mod'

export async function giveRole(app: TestApp, userId: string, role: Role, until?: string): Promise<void> {
  await app.sql('insert into user_roles (user_id, role, expires_at) values ($1, $2, $3)', [userId, role, until ?? null])
}

/** Somebody signed in, with a role or without one. */
export async function somebody(app: TestApp, role?: Role) {
  const { person, client } = await signedUp(app)
  const id = String((await client.get('/v0/user/me')).body.id)
  if (role) await giveRole(app, id, role)
  return { id, person, client }
}

/** An administrator who signed in with password and code, of an app that counts. */
export async function adminWithCode(app: TestApp) {
  const { person, client: device, code, ...totp } = await withTotp(app)
  const id = String((await device.get('/v0/user/me')).body.id)
  await giveRole(app, id, 'admin')
  await ageTotp(app, person)
  const client = onDeviceOf(app, device)
  const answer = await verify(client, await tempToken(client, person), await code())
  if (answer.status !== 204) throw new Error(`the code was answered ${answer.status} ${answer.code}`)
  return { id, person, client, code, ...totp }
}

export const said = ({ status, code }: Answer) => [status, code]
export const unknownId = '01890a5d-ac96-774b-bcce-b302099a8057'
export const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
export const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString()
