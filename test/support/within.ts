import { randomUUIDv7 } from 'node:crypto'
import { domainToUnicode } from 'node:url'
import { faults } from '../../src/errors/fault.ts'
import { type Argon2, hashCostOf, loadArgon2 } from '../../src/hashing/argon2.ts'
import { normalized } from '../../src/hashing/password-hasher.ts'
import { brandOf } from '../../src/mail/brand.ts'
import { deliverMail } from '../../src/mail/deliver.ts'
import { login, loginRefusals } from '../../src/password/login.ts'
import type { MailDelivery } from '../../src/ports/mail-delivery.ts'
import { confirmDevice, confirmDeviceRefusals } from '../../src/sign-in/confirm-device.ts'
import type { OpenedSession } from '../../src/sign-in/open-session.ts'
import { signUp, signUpRefusals } from '../../src/sign-up/sign-up.ts'
import { verifyEmail, verifyEmailRefusals } from '../../src/sign-up/verify-email.ts'
import type { CountedHasher } from '../../src/throttling/hash-ticket.ts'
import type { TestApp } from './app.ts'
import { keepSecret } from './canary.ts'
import type { Person } from './people.ts'

/**
 * What the routes of a sign-up and of a sign-in on a new device do, for accounts that a test only needs: the same use
 * cases, but no HTTP, each password hashed once a process, and mails that go into the inbox past SMTP.
 */

/** As the app sees a TestClient. */
const client = {
  address: '127.0.0.1',
  requestId: randomUUIDv7(),
  userAgent: 'Postern tests',
  isGone: () => false,
  network: '127.0.0.1',
  language: undefined,
}

const signUpFault = faults(...signUpRefusals)
const verifyFault = faults(...verifyEmailRefusals)
const loginFault = faults(...loginRefusals)
const confirmFault = faults(...confirmDeviceRefusals)

const within = (app: TestApp) => ({ ...app.deps, hasher: hashingOnce(app), mailDelivery: intoInbox(app) })

export async function signUpWithin(app: TestApp, { display_name: displayName, ...wish }: Person): Promise<void> {
  keepSecret(wish.password)
  const asker = { client: { ...client, countedFor: 'sign-up' as const }, anonymousDigests: [] }
  await signUp({ ...within(app), fault: signUpFault }, { ...wish, displayName, locale: undefined }, asker)
}

/** Gives the session's token. */
export async function verifyWithin({ deps }: TestApp, token: string): Promise<string> {
  const proof = { shown: { token, email: undefined }, home: [], isSignedIn: false, held: [], client }
  const opened = await verifyEmail({ ...deps, fault: verifyFault }, proof)
  keepSecret(opened.token)
  return opened.token
}

/** The mail with the link is in the inbox then. */
export async function loginWithin(app: TestApp, { email, password }: Person): Promise<void> {
  const nameBrowser = () => {
    throw new Error('Digits belong to a browser: such a sign-in takes the long way')
  }
  const attempt = { email, password, rememberMe: false, deviceToken: undefined, nameBrowser }
  const ctx = { ...within(app), fault: loginFault }
  await login(ctx, { ...attempt, client: { ...client, countedFor: 'sign-in' } })
}

export async function confirmDeviceWithin({ deps }: TestApp, token: string): Promise<OpenedSession> {
  const opened = await confirmDevice(
    { ...deps, fault: confirmFault },
    { shown: { token, email: undefined }, home: [], browserUserId: undefined, client },
  )
  for (const secret of [opened.token, opened.deviceToken]) keepSecret(secret)
  return opened
}

const hashes = new Map<string, Promise<string>>()
let argon2: Promise<Argon2> | undefined

function hashOnce({ config }: TestApp, password: string): Promise<string> {
  const cost = hashCostOf(config)
  const key = JSON.stringify([cost, password])
  argon2 ??= loadArgon2()
  const hash = hashes.get(key) ?? argon2.then((one) => one.hash(normalized(password), cost))
  hashes.set(key, hash)
  return hash
}

function hashingOnce(app: TestApp): CountedHasher {
  const { hasher } = app.deps
  return {
    ...hasher,
    hash: (password) => hashOnce(app, password),
    verify: async (storedHash, password, ticket) =>
      storedHash === (await hashOnce(app, password)) || hasher.verify(storedHash, password, ticket),
  }
}

function intoInbox({ config, deps }: TestApp): MailDelivery {
  const smtp: Parameters<typeof deliverMail>[0]['smtp'] = {
    send: async (mail) => {
      const raw = Buffer.from(mail.text)
      // As the mail server that the inbox is has it.
      const at = mail.to.lastIndexOf('@')
      const to = `${mail.to.slice(0, at)}@${domainToUnicode(mail.to.slice(at + 1))}`
      const envelope = { from: config.mailFrom, to }
      const received = { ...envelope, id: randomUUIDv7(), raw, size: raw.length, receivedAt: new Date() }
      await deps.inbox?.keep([{ ...mail, ...received, attachments: [], isRead: false }])
    },
    probe: async () => {},
  }
  return {
    deliver: (mailId) => deliverMail({ ...deps, smtp, mailFrom: config.mailFrom, brand: brandOf(config) }, mailId),
  }
}
