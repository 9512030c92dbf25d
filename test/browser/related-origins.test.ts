import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asked, offered, passkeys, signIn } from '../passkeys/support.ts'
import { publicUrl, startApp, type TestApp } from '../support/app.ts'
import { openChromium } from '../support/chromium.ts'
import { signedUp } from '../support/people.ts'

const { hostname } = new URL(publicUrl)
const [listed, unlisted] = ['page.example.org', 'page.example.net']

let app: TestApp
let server: Server
let browser: Browser
const lists: string[] = []

beforeAll(async () => {
  app = await startApp({ PASSKEY_RP_ID: hostname, PASSKEY_ORIGINS: `https://${listed}` })
  server = await serveHosts()
  const { port } = server.address() as AddressInfo
  const rules = [hostname, listed, unlisted].map((host) => `MAP ${host}:443 127.0.0.1:${port}`)
  browser = await openChromium([`--host-resolver-rules=${rules.join(',')}`, '--ignore-certificate-errors'])
}, 600_000)
afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
  await app.close()
})

/** The pages, and the domain's list as the app gives it: by TLS, as browsers ask for nothing else. */
async function serveHosts(): Promise<Server> {
  const [key, cert] = ['tls.key', 'tls.pem'].map((name) => join(app.config.dataDir, name)) as [string, string]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', [...made, '-subj', '/CN=page', '-keyout', key, '-out', cert])
  const pair = { key: readFileSync(key), cert: readFileSync(cert) }
  const hosts = createServer(pair, async ({ headers: { host }, url = '' }, response) => {
    if (host !== hostname) return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>A page</h1>')
    lists.push(url)
    const answer = await fetch(app.origin + url)
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(await answer.text())
  })
  await new Promise<void>((resolve) => void hosts.listen(0, '127.0.0.1', resolve))
  return hosts
}

/** A page with an authenticator of its own. */
async function openPage(host: string) {
  const page = await browser.newPage({ ignoreHTTPSErrors: true })
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.goto(`https://${host}/`)
  return {
    make: (options: unknown) =>
      page.evaluate(async (json) => {
        const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json as never)
        return ((await navigator.credentials.create({ publicKey })) as PublicKeyCredential).toJSON()
      }, options),
    ask: (options: unknown) =>
      page.evaluate(async (json) => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json as never)
        return ((await navigator.credentials.get({ publicKey })) as PublicKeyCredential).toJSON()
      }, options),
  }
}

test('a page of another domain uses passkeys of this host where the browser finds it listed, and no other does [PK2]', async () => {
  const { client } = await signedUp(app)
  const { public_key: creation } = await offered(client)
  const page = await openPage(listed)
  const credential = await page.make(creation)
  expect(lists).toEqual(['/.well-known/webauthn'])
  expect((await client.post(passkeys, { credential })).status).toBe(201)

  const guest = app.client()
  const answer = await guest.post(signIn, { credential: await page.ask((await asked(guest)).public_key) })
  expect([answer.status, answer.code]).toEqual([204, undefined])

  const stranger = await openPage(unlisted)
  await expect(stranger.make(creation)).rejects.toThrow('no listed origin matched the caller')
  await expect(stranger.ask((await asked(guest)).public_key)).rejects.toThrow('no listed origin matched the caller')
})
