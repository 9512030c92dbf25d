import { rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { said, somebody } from '../moderation/support.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { TestClient } from '../support/client.ts'
import { startOtherServer } from '../support/native-provider.ts'
import { fetchFile, pathOf, picture, upload } from './support.ts'

const url = '/v0/user/me/profile-image/import'
const pictures = await startOtherServer()
const port = Number(new URL(pictures.url).port)
let app: TestApp
beforeAll(async () => {
  app = await startApp({ GITHUB_IMAGE_HOSTS: 'localhost' })
})
afterAll(async () => {
  await app.close()
  await pictures.stop()
})

/** Somebody whose account is linked to GitHub, which says that the picture is there. */
async function linked(pictureUrl: string | null, providerId = 'github') {
  const own = await somebody(app)
  await app.sql(
    `insert into oauth_identities (id, user_id, provider_id, issuer, subject, picture_url)
     values (gen_random_uuid(), $1, $2, 'https://github.com', $4, $3)`,
    [own.id, providerId, pictureUrl, own.id],
  )
  return own
}
const take = (client: TestClient) => client.post(url, { provider: 'github' })

describe(`POST ${url}`, () => {
  test('the picture at the provider becomes the account’s own, kept here', async () => {
    pictures.replies.set('/me.png', { body: await picture(30, 30).png().toBuffer() })
    const { client } = await linked(`http://localhost:${port}/me.png`)
    const answer = await take(client)
    expect(answer.status).toBe(201)
    const { width } = await sharp((await fetchFile(app, pathOf(answer))).bytes).metadata()
    expect(width).toBe(30)
    expect((await client.get('/v0/user/me')).body.profile_image).toBe(answer.body.image_url)
  })

  test('of a registered provider from the hosts that its administrator named', async () => {
    pictures.replies.set('/me.png', { body: await picture(30, 30).png().toBuffer() })
    const [row] = await app.sql<{ id: string }>(
      `insert into oauth_providers (id, slug, name, client_id, sealed_client_secret, authorization_endpoint, token_endpoint,
         token_auth, names_issuer, scopes, image_hosts)
       values (gen_random_uuid(), 'acme', 'Acme', 'x', '', 'https://a', 'https://a', 'basic', false, '{}', '{localhost}') returning id`,
    )
    const fine = await linked(`http://localhost:${port}/me.png`, row?.id)
    expect((await fine.client.post(url, { provider: 'acme' })).status).toBe(201)
    const foreign = await linked(`http://127.0.0.1:${port}/me.png`, row?.id)
    expect(said(await foreign.client.post(url, { provider: 'acme' }))).toEqual([400, 'oauth:invalid_image_url'])
  })

  test('rate_limit:exceeded: an account has one picture under way, uploaded or imported [AT4]', async () => {
    pictures.replies.set('/silent.png', { how: 'silent' })
    pictures.replies.set('/me.png', { body: await picture().png().toBuffer() })
    const { id, client } = await linked(`http://localhost:${port}/silent.png`)
    const begun = take(client)
    await expect.poll(() => pictures.timesAsked('/silent.png')).toBe(1)
    const bytes = await picture().png().toBuffer()
    const refused = [await take(client), await upload(client, '/v0/user/me/profile-image', { bytes })]
    expect(refused.map(said)).toEqual(Array(2).fill([429, 'rate_limit:exceeded']))
    expect(said(await begun)).toEqual([400, 'oauth:invalid_image_url'])
    await app.sql('update oauth_identities set picture_url = $2 where user_id = $1', [
      id,
      `http://localhost:${port}/me.png`,
    ])
    expect((await take(client)).status).toBe(201)
  })

  test('oauth:connection_not_found', async () => {
    const { client } = await somebody(app)
    expect(said(await take(client))).toEqual([404, 'oauth:connection_not_found'])
  })

  test.each([
    ['no picture', null],
    ['no URL', 'me.png'],
    ['a host that is not listed', `http://127.0.0.1:${port}/me.png`],
    ['a host that only ends like one', `http://evil-localhost:${port}/me.png`],
    ['a host in the userinfo', `http://localhost@127.0.0.1:${port}/me.png`],
    ['userinfo', `http://me:secret@localhost:${port}/me.png`],
    ['another scheme', 'ftp://localhost/me.png'],
    ['an address that is not public', 'http://10.0.0.1/me.png'],
    ['a redirect', `http://localhost:${port}/redirect`],
    ['not there', `http://localhost:${port}/gone`],
    ['no picture at its end', `http://localhost:${port}/page`],
    ['an SVG', `http://localhost:${port}/svg`],
    ['too many bytes', `http://localhost:${port}/large`],
    ['nobody there', 'http://localhost:1/me.png'],
  ])('oauth:invalid_image_url: %s [FS4]', async (_, pictureUrl) => {
    const png = await picture().png().toBuffer()
    pictures.replies.set('/me.png', { body: png })
    pictures.replies.set('/redirect', { status: 302, headers: { location: `http://localhost:${port}/me.png` } })
    pictures.replies.set('/page', { body: 'no picture' })
    pictures.replies.set('/svg', { body: '<svg/>' })
    pictures.replies.set('/large', { body: Buffer.concat([png, Buffer.alloc(4 * 1024 * 1024)]) })
    const { client } = await linked(pictureUrl)
    expect(said(await take(client))).toEqual([400, 'oauth:invalid_image_url'])
    expect((await client.get('/v0/user/me')).body).not.toHaveProperty('profile_image')
  })

  test('file:upload_error: a store that takes nothing', async () => {
    pictures.replies.set('/me.png', { body: await picture().png().toBuffer() })
    const { client } = await linked(`http://localhost:${port}/me.png`)
    const folder = fileURLToPath(app.config.fileStoreUrl)
    await rm(folder, { recursive: true, force: true })
    await writeFile(folder, 'in the way')
    expect(said(await take(client))).toEqual([400, 'file:upload_error'])
    await rm(folder)
    expect((await take(client)).status).toBe(201)
  })

  test('general:bad_request: no provider', async () => {
    const { client } = await somebody(app)
    expect((await client.post(url, {})).body.fields).toEqual([{ path: '/provider', rule: 'required' }])
  })
})
