import multipart from '@fastify/multipart'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { ErrorCode } from '../errors/catalogue.ts'
import { faults } from '../errors/fault.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { ruledText } from '../http/validation.ts'
import { type ImageKind, type ImageProblem, imageLimits, toWebp } from './image.ts'
import { importImage, importImageRefusals } from './import-image.ts'
import { readStoredFile, readStoredFileRefusals } from './read-file.ts'
import { beginUpload, beginUploadRefusals, readUpload, readUploadRefusals } from './read-upload.ts'
import { clearImage, clearImageRefusals, setImage, setImageRefusals } from './set-image.ts'

const uploaded = z.object({ image_url: z.url() })

export async function fileRoutes(app: App, deps: Deps): Promise<void> {
  await uploadRoutes(app, deps)
  const importFault = faults(...importImageRefusals)
  app.route({
    method: 'POST',
    url: '/v0/user/me/profile-image/import',
    config: { access: 'session', limit: 'pictures', codes: importFault.codes },
    schema: {
      operationId: 'importProfileImage',
      summary: 'Import the picture from a linked provider',
      tags: ['account'],
      body: z.object({ provider: ruledText({ meta: { examples: ['github'] } }) }),
      response: { 201: uploaded },
    },
    handler: async (request, reply) => {
      const ctx = { ...deps, fault: importFault }
      const who = { userId: signedInUser(request).user.id, address: request.clientAddress }
      return reply.code(201).send({ image_url: await importImage(ctx, who, request.body.provider) })
    },
  })
  const readFault = faults(...readStoredFileRefusals)
  app.route({
    method: 'GET',
    url: '/v0/files/:name',
    config: { access: 'public', limit: 'none', codes: readFault.codes, produces: 'image/webp' },
    schema: {
      operationId: 'getFile',
      summary: 'Get a picture',
      tags: ['users'],
      params: z.object({ name: z.string() }),
    },
    handler: async (request, reply) => {
      const bytes = await readStoredFile({ ...deps, fault: readFault }, request.params.name)
      return reply
        .type('image/webp')
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          'content-security-policy': "default-src 'none'; sandbox",
          // Front ends on other origins show the picture.
          'cross-origin-resource-policy': 'cross-origin',
        })
        .send(bytes)
    },
  })
}

const uploadFault = faults('file:unsupported_type', ...beginUploadRefusals, ...readUploadRefusals, ...setImageRefusals)

type Refusal = { readonly code: ErrorCode; readonly details: string; readonly retryAfterSeconds?: number }

const refusals = {
  unsupported: { code: 'file:unsupported_type', details: 'Send JPEG, PNG, GIF or WebP.' },
  broken: { code: 'file:upload_error', details: 'The bytes are not a picture that can be decoded.' },
  'too large': { code: 'FILE_TOO_LARGE', details: 'At most 25 megapixels are allowed.' },
  'too slow': { code: 'file:upload_error', details: 'The picture takes too long to decode.' },
  busy: { code: 'rate_limit:exceeded', details: 'Other pictures are being read.', retryAfterSeconds: 2 },
} as const satisfies Record<ImageProblem, Refusal>

async function uploadRoutes(app: App, deps: Deps): Promise<void> {
  // In a scope of its own, so that no other route accepts multipart bodies.
  await app.register(async (plain) => {
    const scope = plain as App
    await scope.register(multipart, { limits: { files: 1, fields: 10, fieldSize: 1024, parts: 11, headerPairs: 20 } })
    imageRoutes(scope, deps, {
      url: '/v0/user/me/profile-image',
      name: 'ProfileImage',
      kind: 'profile_image',
      what: 'profile picture',
    })
    imageRoutes(scope, deps, {
      url: '/v0/user/me/banner-image',
      name: 'BannerImage',
      kind: 'banner_image',
      what: 'banner',
    })
  })
}

type Image = { readonly url: string; readonly name: string; readonly kind: ImageKind; readonly what: string }

function imageRoutes(app: App, deps: Deps, { url, name, kind, what }: Image): void {
  const { mostBytes } = imageLimits[kind]
  app.route({
    method: 'POST',
    url,
    config: {
      access: 'session',
      impersonated: 'unless read-only',
      limit: 'pictures',
      upload: true,
      codes: uploadFault.codes,
    },
    schema: {
      operationId: `upload${name}`,
      summary: `Upload a ${what}: multipart/form-data with a part "file", up to ${mostBytes / 1024 / 1024} MiB`,
      tags: ['account'],
      consumes: ['multipart/form-data'],
      response: { 201: uploaded },
    },
    handler: async (request, reply) => {
      const { user } = signedInUser(request)
      const ctx = { ...deps, fault: uploadFault }
      const address = request.clientAddress
      using _ = beginUpload(ctx, { userId: user.id, address })
      const bytes = await readUpload(request, { fault: uploadFault, mostBytes })
      const webp = await toWebp(deps, { bytes, kind, address })
      if (typeof webp === 'string') throw uploadFault(refusals[webp].code, refusals[webp])
      const imageUrl = await setImage(ctx, { userId: user.id, kind, webp })
      return reply.code(201).send({ image_url: imageUrl })
    },
  })
  const clearFault = faults(...clearImageRefusals)
  app.route({
    method: 'DELETE',
    url,
    config: { access: 'session', impersonated: 'unless read-only', codes: clearFault.codes },
    schema: {
      operationId: `remove${name}`,
      summary: `Remove the ${what}`,
      tags: ['account'],
      response: { 204: z.void() },
    },
    handler: async (request, reply) => {
      await clearImage({ ...deps, fault: clearFault }, { userId: signedInUser(request).user.id, kind })
      return reply.code(204).send()
    },
  })
}
