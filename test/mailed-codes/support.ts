import { expect, vi } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { mailsTo, type Person, signedUp } from '../support/people.ts'

export const start = '/v0/auth/email-sign-in'
export const appStart = '/v0/app/auth/email-sign-in'
export const verifyOf = (url: string) => `${url}/verify`
export const resendOf = (url: string) => url.replace('email-sign-in', 'mailed-code/resend')

const isCode = ({ subject }: { readonly subject: string }) => /^\d{3} \d{3} is your code$/.test(subject)

/** What the newest mail with a code holds, once the address has so many of them; that of its sign-up counts. */
export async function mailedCode(app: TestApp, address: string, atLeast = 1) {
  const mail = await vi.waitFor(
    async () => {
      const codes = (await mailsTo(app, address, 0)).filter(isCode)
      if (codes[0] === undefined || codes.length < atLeast) throw new Error(`${codes.length} of ${atLeast} codes came`)
      return codes[0]
    },
    { timeout: 15_000, interval: 20 },
  )
  const [, first = '', last = ''] = /^(\d{3}) (\d{3})\n/.exec(mail.text) ?? []
  const token = /token=(\S+)/.exec(mail.text)?.[1] ?? ''
  return { digits: first + last, token, mail }
}

export const wrong = (digits: string): string => String((Number(digits) + 1) % 1_000_000).padStart(6, '0')

/** Asks to sign in; gives what the answer says. */
export async function begin(client: TestClient, email: string, url = start, more: object = {}) {
  const answer = await client.post(url, { email, ...more })
  expect([answer.status, answer.code]).toEqual([202, undefined])
  return answer.body as { readonly code_token: string; readonly expires_at: string; readonly resend_at: string }
}

export type Begun = {
  readonly person: Person
  readonly client: TestClient
  readonly url: string
  readonly code_token: string
  readonly digits: string
  readonly token: string
}

/** An account whose owner began to sign in, and has the mail. */
export async function begun(app: TestApp, url = start, more: object = {}): Promise<Begun> {
  const { person } = await signedUp(app)
  return beginAs(app, person, url, more)
}

export async function beginAs(app: TestApp, person: Person, url = start, more: object = {}): Promise<Begun> {
  const client = app.client()
  const before = (await mailsTo(app, person.email, 0)).filter(isCode).length
  const { code_token } = await begin(client, person.email, url, more)
  return { person, client, url, code_token, ...(await mailedCode(app, person.email, before + 1)) }
}

export const typeDigits = (
  { client, url, code_token }: Pick<Begun, 'client' | 'url' | 'code_token'>,
  code: unknown,
): Promise<Answer> => client.post(verifyOf(url), { code_token, code })

export const postLink = ({ url, token }: Pick<Begun, 'url' | 'token'>, client: TestClient, email?: string) =>
  client.post(verifyOf(url), { token, ...(email !== undefined && { email }) })

export const succeeds = (url: string): number => (url === start ? 204 : 200)
