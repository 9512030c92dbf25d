import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { checkAndroidApps, checkDomains, checkRelatedOrigins } from '../../src/operator/doctor-passkeys.ts'
import { openOutbound } from '../../src/outbound/ask.ts'
import { outboundPolicy } from '../../src/outbound/policy.ts'
import { register, withPasskey } from '../passkeys/support.ts'
import { useApp } from '../support/app.ts'
import { runAdmin } from '../support/server-process.ts'

const domain = 'https://auth.example.com'
let answer: RequestListener
let asked: string[] = []
const server = createServer((request, response) => answer(request, response))
const outbound = openOutbound(outboundPolicy({ appEnv: 'test', outboundAllow: [] }))
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(async () => {
  await outbound.close()
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
})

/** As doctor asks; the host, which nobody here can be at 443, is the server above. */
const ask: typeof outbound.askGuarded = (url, options) => {
  asked.push(url)
  const { port } = server.address() as AddressInfo
  return outbound.askGuarded(url.replace(domain, `http://127.0.0.1:${port}`), options)
}

function answers(content: string | object, { status = 200, type = 'application/json' } = {}): void {
  answer = (_request, response) => {
    response.writeHead(status, { 'content-type': type, location: '/elsewhere' })
    response.end(typeof content === 'string' ? content : JSON.stringify(content))
  }
}

function hangUp(): void {
  answer = (request) => request.socket.destroy()
}

/** What no answer may be, whatever it is about. */
const wrongAnswers: readonly [name: string, says: RegExp, make: () => void][] = [
  ['gone', /answers with status 404$/, () => answers({ status: 404, code: 'system:not_found' }, { status: 404 })],
  ['moved', /answers with status 301$/, () => answers('', { status: 301 })],
  [
    'a page',
    /answers with text\/html instead of application\/json$/,
    () => answers('<h1>Welcome</h1>', { type: 'text/html' }),
  ],
  ['not JSON', /^The answer is not JSON$/, () => answers('{"origins":[')],
  ['of another shape', /^the answer is not a list/, () => answers({ origins: 'https://example.org' })],
  ['null', /^the answer is not a list/, () => answers('null')],
  ['too much', /more than 262144 bytes$/, () => answers(`[${' '.repeat(300_000)}]`)],
  ['no answer', /did not answer$/, hangUp],
]

describe('doctor on related origins', () => {
  const config = loadConfig({
    PUBLIC_URL: domain,
    PASSKEY_RP_ID: 'auth.example.com',
    PASSKEY_ORIGINS: `${domain},https://app.example.com,https://example.org`,
  })
  const check = () => checkRelatedOrigins(config, ask)

  test.each([
    ['the same', ['https://app.example.com', 'https://example.org']],
    ['in another order', ['https://example.org', 'https://app.example.com']],
    ['with the domain itself', [domain, 'https://app.example.com', 'https://example.org']],
  ])('what browsers find is right: %s [PK11]', async (_, origins) => {
    answers({ origins })
    expect(await check()).toBe('auth.example.com lists https://app.example.com, https://example.org')
    expect(asked).toEqual([`${domain}/.well-known/webauthn`])
  })

  test('what is missing and what is too much are named [PK11]', async () => {
    answers({ origins: ['https://app.example.com', 'https://example.net'] })
    await expect(check()).rejects.toThrow(
      'https://example.org is not listed, so browsers refuse its passkeys; it has https://example.net, which is not in PASSKEY_ORIGINS',
    )
  })

  test('what is too much is neither long nor commands the terminal [LG3]', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => `https://${index}.example\u001b[2J`)
    answers({ origins: ['https://app.example.com', 'https://example.org', ...many] })
    await expect(check()).rejects.toThrow(
      /^it has (?:https:\/\/\d\.example\?\[2J, ){5}which is not in PASSKEY_ORIGINS$/,
    )
  })

  test.each(wrongAnswers)('wrong: %s [PK11]', async (_name, says, make) => {
    make()
    await expect(check()).rejects.toThrow(says)
  })
})

describe('doctor on Android apps', () => {
  const digest = Buffer.alloc(32, 0xab)
  const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':')
  const config = loadConfig({
    PUBLIC_URL: domain,
    PASSKEY_ORIGINS: `${domain},android:apk-key-hash:${digest.toString('base64url')}`,
    FRONTEND_URL: domain,
  })
  const check = () => checkAndroidApps(config, ask)
  const statement = (fingerprints: readonly string[], relation = 'delegate_permission/common.get_login_creds') => ({
    relation: ['delegate_permission/common.handle_all_urls', relation],
    target: { namespace: 'android_app', package_name: 'com.example', sha256_cert_fingerprints: fingerprints },
  })

  test.each([[fingerprint], [fingerprint.toLowerCase()]])('its certificate is named: %s [PK11]', async (one) => {
    answers([{ relation: [], target: { namespace: 'web', site: domain } }, statement([one])])
    expect(await check()).toMatch(/^auth\.example\.com names every certificate/)
    expect(asked).toEqual([`${domain}/.well-known/assetlinks.json`])
  })

  test.each([
    ['another', [statement([fingerprint.replace('AB', 'AC')])]],
    ['it, for links alone', [statement([fingerprint], 'delegate_permission/common.handle_all_urls')]],
    ['none', []],
  ])('%s is named, which Android does not take [PK11]', async (_, statements) => {
    answers(statements)
    await expect(check()).rejects.toThrow(`get_login_creds for ${fingerprint}`)
  })

  test.each(wrongAnswers)('wrong: %s [PK11]', async (_name, says, make) => {
    make()
    await expect(check()).rejects.toThrow(says)
  })
})

describe('doctor on the domains of passkeys', () => {
  const app = useApp()
  const found = (env: Readonly<Record<string, string>>) => checkDomains({ ...app.config, ...read(env) }, app.deps.db)
  const read = (env: Readonly<Record<string, string>>) => {
    const { passkeyRpId, passkeyFormerRpIds } = loadConfig(env)
    return { passkeyRpId, passkeyFormerRpIds }
  }

  test('those of a domain that is neither set nor former are counted, with what to set [PK11]', async () => {
    expect(await found({})).toBe('there are none yet; new ones will belong to app.example.com')
    const { client } = await withPasskey(app)
    await register(client)
    await withPasskey(app)
    expect(await found({})).toBe('3 passkeys of 2 accounts at app.example.com')

    const moved = { PASSKEY_RP_ID: 'example.net', PASSKEY_FORMER_RP_IDS: 'example.org' }
    const says =
      '3 passkeys of 2 accounts at app.example.com: these can no longer sign in; set ' +
      'PASSKEY_FORMER_RP_IDS=example.org,app.example.com, or set PASSKEY_RP_ID back to its former value (it is now example.net)'
    await expect(found(moved)).rejects.toThrow(says)
    expect(await found({ ...moved, PASSKEY_FORMER_RP_IDS: 'example.org,app.example.com' })).toMatch(/^3 passkeys/)

    const { code, out } = await runAdmin(app, ['doctor'], moved)
    expect([code, out]).toEqual([1, expect.stringContaining(`FAILED   passkeys: ${says}; see `)])
    await app.sql("update passkeys set deleted_at = now() where rp_id = 'app.example.com'")
    expect(await found(moved)).toMatch(/^there are none/)
  })
})
