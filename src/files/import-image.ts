import { findConnections } from '../accounts/connections.ts'
import { imageHostsOf } from '../accounts/image-hosts.ts'
import type { Context } from '../context.ts'
import { isSuccess, OutboundError } from '../outbound/ask.ts'
import type { Doer } from '../throttling/under-way.ts'
import { type ImageProblem, imageLimits, toWebp } from './image.ts'
import { beginUpload, beginUploadRefusals } from './read-upload.ts'
import { setImage, setImageRefusals } from './set-image.ts'

export const importImageRefusals = [
  ...beginUploadRefusals,
  'oauth:connection_not_found',
  'oauth:invalid_image_url',
  ...setImageRefusals,
] as const

type ImportImageRefusal = (typeof importImageRefusals)[number]

const kind = 'profile_image'

/** Afterwards the account shows the picture that it has at the provider; returns its URL here. */
export async function importImage(
  ctx: Context<ImportImageRefusal>,
  { userId, address }: Doer,
  slug: string,
): Promise<string> {
  using _ = beginUpload(ctx, { userId, address })
  const connection = (await findConnections(ctx.db, userId)).find((one) => one.slug === slug)
  if (connection === undefined) throw ctx.fault('oauth:connection_not_found')
  const url = checkUrl(ctx, connection.pictureUrl, await imageHostsOf(ctx, connection.providerId))
  const webp = await toWebp(ctx, { bytes: await fetchImage(ctx, url), kind, address })
  if (typeof webp === 'string') throw refuse(ctx, webp)
  return setImage(ctx, { userId, kind, webp })
}

function checkUrl(ctx: Context<ImportImageRefusal>, text: string | null, hosts: readonly string[]): string {
  if (text === null) throw ctx.fault('oauth:invalid_image_url', { details: 'The provider gave no picture.' })
  // `askGuarded` checks that it is https and has no userinfo.
  const isListed = URL.canParse(text) && hosts.includes(new URL(text).hostname)
  if (!isListed) throw ctx.fault('oauth:invalid_image_url', { details: "The picture is not on the provider's hosts." })
  return text
}

async function fetchImage(ctx: Context<ImportImageRefusal>, url: string): Promise<Buffer> {
  const { mostBytes } = imageLimits[kind]
  try {
    const reply = await ctx.outbound.askGuarded(url, { headers: { accept: 'image/*' }, mostBytes })
    if (isSuccess(reply)) return reply.bytes
    throw ctx.fault('oauth:invalid_image_url', { details: `The picture's host answered ${reply.status}.` })
  } catch (cause) {
    if (!(cause instanceof OutboundError)) throw cause
    throw ctx.fault('oauth:invalid_image_url', { cause, details: cause.message })
  }
}

function refuse(ctx: Context<ImportImageRefusal>, problem: ImageProblem) {
  return problem === 'busy'
    ? ctx.fault('rate_limit:exceeded', { retryAfterSeconds: 2, details: 'Other pictures are being read.' })
    : ctx.fault('oauth:invalid_image_url', {
        details: `The URL does not lead to a usable picture: ${problem}.`,
      })
}
