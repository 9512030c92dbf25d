import { generateSync } from 'otplib'
import { expect } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { mailsTo, type Person, signedInOnDevice } from '../support/people.ts'

export type TotpPerson = {
  readonly person: Person
  /** A known device, signed in. */
  readonly client: TestClient
  readonly secret: string
  readonly backupCodes: readonly string[]
  /**
   * The app's code of the step so many away from the database's present one. Those of 0 and 1 are still right when a step ends before
   * they are sent; one that must be wrong is at least three away.
   */
  code(stepsAway?: number): Promise<string>
  /** As if no code was ever used. */
  forgetSteps(): Promise<void>
}

/** The database's clock decides what step it is. */
export async function codeOf(app: TestApp, secret: string, stepsAway = 0): Promise<string> {
  const [row] = await app.sql<{ now: number }>('select extract(epoch from now())::float8 as now')
  return generateSync({ secret, epoch: Math.floor(row?.now ?? 0) + stepsAway * 30 })
}

export async function withSetup(app: TestApp) {
  const { person, client } = await signedInOnDevice(app)
  const setup = await client.post('/v0/auth/totp/setup')
  expect(setup.status).toBe(200)
  const secret = String(setup.body.secret)
  return { person, client, setup, secret, code: (stepsAway?: number) => codeOf(app, secret, stepsAway) }
}

export async function withTotp(app: TestApp): Promise<TotpPerson> {
  const { person, client, secret, code } = await withSetup(app)
  const enabled = await client.post('/v0/auth/totp/enable', { code: await code() })
  expect(enabled.status).toBe(200)
  // Its notice is there, so that what comes next is the newest mail.
  await mailsTo(app, person.email, 3)
  const forgetSteps = async () => {
    await app.sql(
      `update totp_secrets set login_step = 0, enable_step = 0, regenerate_step = 0, disable_step = 0
       where user_id = (select id from users where email = $1)`,
      [person.email],
    )
  }
  await forgetSteps()
  return { person, client, secret, backupCodes: enabled.body.backup_codes as string[], code, forgetSteps }
}

/** As if the app had been set up a day ago: its codes count as a second factor. */
export const ageTotp = (app: TestApp, { email }: Pick<Person, 'email'>) =>
  app.sql("update users set totp_enabled_at = now() - interval '24 hours' where email = $1", [email])

/** The password step of a sign-in: its temp_token. */
export async function tempToken(client: TestClient, person: Person, more: object = {}): Promise<string> {
  const answer = await client.post('/v0/auth/login', { ...person, ...more })
  expect(answer.status).toBe(202)
  return String(answer.body.temp_token)
}

export const verify = (client: TestClient, token: unknown, code: unknown) =>
  client.post('/v0/auth/totp/verify', { temp_token: token, code })

/** Another browser, as the client's device. */
export function onDeviceOf(app: TestApp, client: TestClient): TestClient {
  const other = app.client()
  other.cookies.set('__Host-device_id', client.cookies.get('__Host-device_id') ?? '')
  return other
}

export const eventsOf = async (app: TestApp, { email }: Person): Promise<string[]> =>
  (
    await app.sql<{ type: string }>(
      'select type from security_events where user_id = (select id from users where email = $1) order by created_at desc, id desc',
      [email],
    )
  ).map(({ type }) => type)

/** As if none was ever left. */
export const spendBackupCodes = (app: TestApp, { email }: Person) =>
  app.sql('update backup_codes set used_at = now() where user_id = (select id from users where email = $1)', [email])

/** Opened too long ago for the routes that demand a fresh session. */
export const ageSessions = (app: TestApp, { email }: Person) =>
  app.sql(
    "update sessions set authenticated_at = now() - interval '1 hour' where user_id = (select id from users where email = $1)",
    [email],
  )

/** An hour, so that no block runs out while a test looks at it. */
export const prolongBlocks = (app: TestApp) =>
  app.sql("update failed_attempts set blocked_until = now() + interval '1 hour' where blocked_until is not null")
