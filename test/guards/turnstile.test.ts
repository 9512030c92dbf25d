import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'
import { newPerson } from '../support/people.ts'

type Question = { readonly secret: string; readonly response: string; readonly remoteip: string }

let asked: Question[]
let answer: (response: ServerResponse) => void
const yes = (response: ServerResponse) => response.end('{"success":true}')
const says = (body: string, status = 200) => {
  answer = (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

const service = createServer((request: IncomingMessage, response) => {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    text += chunk
  })
  request.on('end', () => {
    expect([request.method, request.headers['content-type']]).toEqual(['POST', 'application/json'])
    asked.push(JSON.parse(text) as Question)
    answer(response)
  })
})

let app: TestApp
let away: TestApp
beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const { port } = service.address() as AddressInfo
  const env = { TURNSTILE_SECRET: 'bot-check-secret', TURNSTILE_TIMEOUT_MS: '1000' }
  ;[app, away] = await Promise.all([
    startApp({
      ...env,
      TURNSTILE_VERIFY_URL: `http://127.0.0.1:${port}/verify`,
      CORS_ORIGINS: 'https://app.example.com,https://admin.example.com:8443',
      TRUSTED_PROXIES: '127.0.0.1',
    }),
    startApp({ ...env, TURNSTILE_VERIFY_URL: 'http://127.0.0.1:1/' }),
  ])
})
afterAll(async () => {
  await Promise.all([app.close(), away.close()])
  service.closeAllConnections()
  service.close()
})
beforeEach(() => {
  asked = []
  answer = yes
})

let count = 0
const freshToken = () => `token-${++count}`

describe.each(['/v0/auth/signup', '/v0/auth/login', '/v0/app/auth/login', '/v0/auth/resend-verification-email'])(
  'POST %s',
  (url) => {
    const { email, password, handle, display_name } = newPerson()
    const body = () =>
      url.endsWith('signup')
        ? newPerson()
        : url.endsWith('login')
          ? { email: `${count}.${email}`, password }
          : { email: `${count}.${email}` }
    const post = (token: string | undefined, sent: object = body(), on = app, more: Record<string, string> = {}) =>
      on.client().post(url, sent, { headers: { ...(token !== undefined && { 'x-turnstile-token': token }), ...more } })
    const passes = (code: string | undefined) => expect([undefined, 'auth:invalid_credentials']).toContain(code)

    test('a token that the service accepts is good once, also in a race [TH7]', async () => {
      const token = freshToken()
      passes((await post(token)).code)
      expect((await post(token)).code).toBe('turnstile:verification_failed')
      const raced = freshToken()
      const codes = (await Promise.all(Array.from({ length: 5 }, () => post(raced)))).map(({ code }) => code)
      expect(codes.filter((code) => code === 'turnstile:verification_failed')).toHaveLength(4)
    })

    test('the service is asked with the secret, the token and the address of the client', async () => {
      const token = freshToken()
      await post(token, body(), app, { 'x-forwarded-for': '203.0.113.77' })
      expect(asked).toEqual([{ secret: 'bot-check-secret', response: token, remoteip: '203.0.113.77' }])
    })

    test('turnstile:token_missing', async () => {
      for (const token of [undefined, '']) {
        const { status, code } = await post(token)
        expect([status, code]).toEqual([400, 'turnstile:token_missing'])
      }
      expect(asked).toEqual([])
    })

    test('turnstile:verification_failed', async () => {
      says('{"success":false,"error-codes":["invalid-input-response"]}')
      const { status, code } = await post(freshToken())
      expect([status, code]).toEqual([403, 'turnstile:verification_failed'])
    })

    test('a token of a foreign host name is refused, one of a front end is not [TH7]', async () => {
      for (const hostname of ['evil.example', 'app.example.com.evil.example', 'xapp.example.com', 'localhost', '']) {
        says(JSON.stringify({ success: true, hostname }))
        expect([hostname, (await post(freshToken())).code]).toEqual([hostname, 'turnstile:verification_failed'])
      }
      for (const hostname of ['app.example.com', 'admin.example.com']) {
        says(JSON.stringify({ success: true, hostname }))
        passes((await post(freshToken())).code)
      }
    })

    test('a typing error comes first and does not burn the token', async () => {
      const token = freshToken()
      const broken = { ...body(), email: 'nobody', handle, display_name }
      expect((await post(token, broken)).code).toBe('general:validation_error')
      expect((await post(token, {})).code).toBe('general:bad_request')
      expect((await post(token, '{' as never)).code).toBe('general:bad_request')
      expect((await post(undefined, broken)).code).toBe('general:validation_error')
      expect(asked).toEqual([])
      passes((await post(token)).code)
    })

    test.each([
      ['garbage', () => says('<html>')],
      ['nothing', () => says('')],
      ['JSON without a verdict', () => says('{}')],
      ['a verdict that is no boolean', () => says('{"success":"true"}')],
      ['500', () => says('{"success":true}', 500)],
      ['429', () => says('{"success":false}', 429)],
      [
        'a redirect',
        () => {
          answer = (response) => response.writeHead(307, { location: '/verify' }).end()
        },
      ],
      [
        'a cut connection',
        () => {
          answer = (response) => response.destroy()
        },
      ],
      [
        'not in time',
        () => {
          answer = () => undefined
        },
      ],
    ])('turnstile:service_error when the service answers %s; the token is not burnt [FT8]', async (_, prepare) => {
      prepare()
      const token = freshToken()
      const { status, code, headers } = await post(token)
      expect([status, code]).toEqual([503, 'turnstile:service_error'])
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/)
      answer = yes
      passes((await post(token)).code)
    })

    test('turnstile:service_error when the service is away [FT8]', async () => {
      expect((await post(freshToken(), body(), away)).code).toBe('turnstile:service_error')
    })
  },
)

test('routes without a bot check ask nobody [FT8]', async () => {
  await app.client().post('/v0/auth/verify-email', { token: 'x' })
  await app.client().get('/v0/user/me')
  expect(asked).toEqual([])
})
