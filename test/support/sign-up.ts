import { randomUUIDv7 } from 'node:crypto'
import { faults } from '../../src/errors/fault.ts'
import { type Argon2, hashCostOf, loadArgon2 } from '../../src/hashing/argon2.ts'
import { normalized } from '../../src/hashing/password-hasher.ts'
import type { HashingCaller } from '../../src/http/caller.ts'
import { deliverMail } from '../../src/mail/deliver.ts'
import type { MailDelivery } from '../../src/ports/mail-delivery.ts'
import { signUp, signUpRefusals } from '../../src/sign-up/sign-up.ts'
import { verifyEmail, verifyEmailRefusals } from '../../src/sign-up/verify-email.ts'
import { asMailbox } from '../../src/text/email.ts'
import type { TestApp } from './app.ts'
import { keepSecret } from './canary.ts'
import type { Person } from './people.ts'

/** As the app sees a TestClient. */
const client: HashingCaller = {
  address: '127.0.0.1',
  userAgent: 'Postern tests',
  isGone: () => false,
  countedFor: 'sign-up',
  network: '127.0.0.1',
}

const signUpFault = faults(...signUpRefusals)
const verifyFault = faults(...verifyEmailRefusals)

/** Does what the route of a sign-up does, but each password is hashed once a process, and the mail goes past SMTP. */
export async function signUpWithin(app: TestApp, { display_name: displayName, ...wish }: Person): Promise<void> {
  const { deps } = app
  keepSecret(wish.password)
  const hasher = { ...deps.hasher, hash: (password: string) => hashOnce(app, password) }
  const ctx = { ...deps, hasher, mailDelivery: intoInbox(app), fault: signUpFault }
  await signUp(ctx, { ...wish, displayName }, { client, anonymousDigests: [] })
}

/** Does what the route of the verification link does; gives the session's token. */
export async function verifyWithin({ deps }: TestApp, token: string): Promise<string> {
  const proof = { shown: { token, email: undefined }, home: [], isSignedIn: false, held: [], client }
  const opened = await verifyEmail({ ...deps, fault: verifyFault }, proof)
  keepSecret(opened.token)
  return opened.token
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

function intoInbox({ config, deps }: TestApp): MailDelivery {
  const smtp: Parameters<typeof deliverMail>[0]['smtp'] = {
    send: async (mail) => {
      const raw = Buffer.from(mail.text)
      const envelope = { from: config.mailFrom, to: asMailbox(mail.to) }
      const received = { ...envelope, id: randomUUIDv7(), raw, size: raw.length, receivedAt: new Date() }
      await deps.inbox?.keep([{ ...mail, ...received, isRead: false }])
    },
    probe: async () => {},
  }
  return { deliver: (mailId) => deliverMail({ ...deps, smtp, mailFrom: config.mailFrom }, mailId) }
}
