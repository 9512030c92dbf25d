import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { mailsTo, type Person, signedUp } from '../support/people.ts'
import { openRangeService, type RangeService, says, tellsAll } from '../support/range-service.ts'

let service: RangeService
let app: TestApp
let silent: TestApp
beforeAll(async () => {
  service = await openRangeService()
  app = await startApp({ BREACHED_PASSWORDS_URL: service.url, BREACHED_PASSWORDS_AT_LOGIN: 'notify' })
  silent = await startApp({ BREACHED_PASSWORDS_URL: service.url, DATABASE_URL: app.config.databaseUrl })
})
afterAll(async () => {
  await silent.close()
  await app.close()
  await service.stop()
})
beforeEach(() => {
  service.manner = tellsAll
})

/** Somebody whose password leaked after they had set it. */
async function unlucky(): Promise<Person> {
  service.manner = says(String, 500)
  const { person } = await signedUp(app, { password: `passphrase ${randomUUID()}` })
  service.leak(person.password)
  service.manner = tellsAll
  service.asked.length = 0
  return person
}

const login = ({ email, password }: Pick<Person, 'email' | 'password'>, on = app) =>
  on.client().post('/v0/auth/login', { email, password })

const stateOf = async ({ email }: Person) => {
  const [row] = await app.sql<{ told: number; checked: number | null; version: number }>(
    `select (select count(*)::int from security_events e where e.user_id = u.id and type = 'password_breached') as told,
       breach_checked_version as checked, password_version as version from users u where email = $1`,
    [email],
  )
  return row
}
const toldOf = async (person: Person) => (await stateOf(person))?.told
/** Besides the link of the sign-up and one for each sign-in from a device that is not known. */
const noticesTo = async ({ email }: Person, signIns = 1) =>
  (await mailsTo(app, email, signIns + 2)).filter(({ subject }) => subject === 'Your password leaked')

test('a sign-in with a password that leaked goes on as ever, and its owner is told, once [PW7]', async () => {
  const person = await unlucky()
  expect((await login(person)).status).toBe(202)
  await expect.poll(() => toldOf(person)).toBe(1)
  const [notice] = await noticesTo(person)
  expect(notice?.text).toContain('Change it')
  expect(notice?.text).not.toContain(person.password)
  for (let turn = 0; turn < 2; turn++) expect((await login(person)).status).toBe(202)
  expect(service.asked).toHaveLength(1)
  expect([await toldOf(person), (await noticesTo(person, 3)).length]).toEqual([1, 1])
})

test('nobody waits for it, and the answer is that of any other [PW7 PW10]', async () => {
  const person = await unlucky()
  const held = Promise.withResolvers<void>()
  service.manner = (response, lines) => void held.promise.then(() => tellsAll(response, lines))
  const { status, body } = await login(person)
  expect([status, body, await toldOf(person)]).toEqual([202, { status: 'device_verification_required' }, 0])
  held.resolve()
  // Where the machine was slow it has given up meanwhile, and the next one asks again.
  await expect
    .poll(async () => {
      await login(person)
      return toldOf(person)
    })
    .toBe(1)
})

test('of sign-ins at the same moment one tells [PW7]', async () => {
  const person = await unlucky()
  await Promise.all([login(person), login(person), login(person)])
  await expect.poll(() => toldOf(person)).toBe(1)
  expect(await noticesTo(person, 3)).toHaveLength(1)
})

test('what could not be looked up is looked up at the next sign-in [PW9 FT14]', async () => {
  const person = await unlucky()
  service.manner = says(String, 500)
  expect((await login(person)).status).toBe(202)
  await expect.poll(() => service.asked.length).toBe(1)
  service.manner = tellsAll
  await expect
    .poll(async () => {
      await login(person)
      return toldOf(person)
    })
    .toBe(1)
})

test('a password that did not leak is looked up once as well, and a new one again', async () => {
  service.manner = says(String, 500)
  const { person, client } = await signedUp(app)
  service.manner = tellsAll
  await login(person)
  await expect.poll(() => stateOf(person)).toEqual({ told: 0, checked: 0, version: 0 })
  service.manner = says(String, 500)
  const fresh = { ...person, password: `passphrase ${randomUUID()}` }
  const change = { current_password: person.password, new_password: fresh.password }
  expect((await client.post('/v0/auth/change-password', change)).status).toBe(204)
  service.leak(fresh.password)
  service.manner = tellsAll
  await login(fresh)
  await expect.poll(() => stateOf(person)).toEqual({ told: 1, checked: 1, version: 1 })
})

test('a wrong password is not looked up, and none where it is off [PW8]', async () => {
  const person = await unlucky()
  expect((await login({ ...person, password: 'not the password' })).status).toBe(401)
  expect((await login(person, silent)).status).toBe(202)
  expect([service.asked, await stateOf(person)]).toEqual([[], { told: 0, checked: null, version: 0 }])
})
