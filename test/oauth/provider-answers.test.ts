import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { makeKey, shapeIssuer } from '../support/native-provider.ts'
import { newcomer } from '../support/provider.ts'
import { comeSigned, registerProvider, startBesideOtherServer } from '../support/registered-provider.ts'

const { server, key, app, admin, stop } = await startBesideOtherServer()
afterAll(stop)

/** A provider that nobody has asked yet, so that none of its keys are remembered. */
const newProvider = async (more: object = {}) => {
  shapeIssuer(server, [key.jwk])
  return registerProvider(admin, server, { ...more })
}

describe('an address and the word for it, in ID token and user info', () => {
  const comeWith = async (signed: object, info: object) => {
    const { sub } = newcomer()
    const slug = await newProvider()
    const told = { idToken: { sub, ...signed }, userInfo: { sub, ...info } }
    return comeSigned(app.client(), slug, { server, key }, told)
  }
  const { email } = newcomer()
  const signed = { email, email_verified: true }

  test.each([
    ['the same address without the claim', { email }],
    ['the same address with true as text', { email, email_verified: 'true' }],
    ['the same address with True as text', { email, email_verified: 'True' }],
    ['the same address with null', { email, email_verified: null }],
    ['the same address in another spelling', { email: email.toUpperCase() }],
    ['the same address with a space behind it', { email: `${email} ` }],
    ['an empty address', { email: '' }],
    ['an empty address, not verified', { email: '', email_verified: false }],
    ['a blank address', { email: '  ' }],
    ['an address that is no text', { email: null }],
    ['no address', {}],
  ])('the signed word counts where the user info has %s [FD4]', async (_name, info) => {
    const { status, body } = await comeWith(signed, info)
    expect([status, String(body.email).toLowerCase()]).toEqual([200, email])
  })

  test.each([
    ['another address without the claim', signed, { email: 'somebody@example.com' }],
    ['the same address, and that it is not verified', signed, { email, email_verified: false }],
    ['the same address, and that as text', signed, { email, email_verified: 'false' }],
    [
      'the same address with a true that is only text, and the ID token as well',
      { email, email_verified: 'true' },
      { email, email_verified: 'true' },
    ],
    [
      'the word for an address that the ID token denies',
      { email, email_verified: false },
      { email, email_verified: true },
    ],
    ['the word without an address', { email }, { email_verified: true }],
  ])('oauth:email_not_verified where the user info has %s [FD4]', async (_name, told, info) => {
    expect((await comeWith(told, info)).code).toBe('oauth:email_not_verified')
  })

  test('the word of the user info counts where the ID token has no address, an empty one or no word [FD4]', async () => {
    for (const told of [{}, { email: '', email_verified: false }, { email }]) {
      const { status } = await comeWith(told, { email, email_verified: true })
      expect([told, status]).toEqual([told, 200])
    }
  })
})

test('answers that are coded although nobody asked: discovery, keys, token and user info [FD5]', async () => {
  const who = newcomer()
  const code = (path: string) => {
    const { body, headers } = server.replies.get(path) ?? {}
    server.replies.set(path, {
      body: gzipSync(JSON.stringify(body)),
      headers: { ...headers, 'content-encoding': 'gzip' },
    })
  }
  shapeIssuer(server, [key.jwk])
  code('/.well-known/openid-configuration')
  code('/jwks')
  const slug = await registerProvider(admin, server)
  const { status, body } = await comeSigned(
    app.client(),
    slug,
    { server, key },
    { idToken: { sub: who.sub }, userInfo: who, answering: () => ['/token', '/userinfo'].forEach(code) },
  )
  expect([status, body.email]).toEqual([200, who.email])
})

test('answers with a byte order mark, as some servers write before JSON: discovery, keys, token and user info [FD5]', async () => {
  const who = newcomer()
  const mark = (path: string) => {
    const { body, headers = {} } = server.replies.get(path) ?? {}
    server.replies.set(path, { body: `\ufeff${JSON.stringify(body)}`, headers })
  }
  shapeIssuer(server, [key.jwk])
  mark('/.well-known/openid-configuration')
  mark('/jwks')
  const slug = await registerProvider(admin, server)
  const { status, body } = await comeSigned(
    app.client(),
    slug,
    { server, key },
    { idToken: { sub: who.sub }, userInfo: who, answering: () => ['/token', '/userinfo'].forEach(mark) },
  )
  expect([status, body.email]).toEqual([200, who.email])
})

describe('keys that a provider changed since they were asked for', () => {
  const rotated = async () => ({ again: await makeKey('one'), anew: await makeKey('two') })

  test('in the code flow they are asked for once more, under the same name or another, and at once [FD12]', async () => {
    const slug = await newProvider()
    const { again, anew } = await rotated()
    const comeWith = (by: typeof key) =>
      comeSigned(app.client(), slug, { server, key: by }, { idToken: newcomer(), userInfo: undefined })
    server.replies.delete('/userinfo')
    for (const by of [key, again, anew]) {
      shapeIssuer(server, [by.jwk])
      server.replies.set('/userinfo', { body: {} })
      const before = server.timesAsked('/jwks')
      const { code } = await comeWith(by)
      // It verifies; what the user info says is another matter.
      expect([code, server.timesAsked('/jwks') - before]).toEqual(['oauth:user_info_parse_failed', 1])
    }
    const { code } = await comeWith(key)
    expect(code).toBe('oauth:token_exchange_failed')
  })
})
