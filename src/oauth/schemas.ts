import { z } from 'zod'
import { hostName } from '../config/kinds.ts'
import { type Breach, ruledText } from '../http/validation.ts'
import { dialect } from './dialect.ts'
import { isSlug } from './find-provider.ts'

function findSlugBreach(text: string): Breach | undefined {
  if (text.length < 2) return { rule: 'min_length', limit: 2 }
  if (text.length > 32) return { rule: 'max_length', limit: 32 }
  return isSlug(text) ? undefined : { rule: 'charset' }
}

const atMost =
  (limit: number) =>
  (text: string): Breach | undefined => {
    if ([...text].length > limit) return { rule: 'max_length', limit }
    return /[\p{Cc}\p{Cs}]/u.test(text) ? { rule: 'charset' } : undefined
  }

const text = (limit: number) => ruledText({ findBreach: atMost(limit), meta: { maxLength: limit } })

/** The format is not checked here: an unusable URL has an error code of its own. */
const endpoint = z.string().max(2048).optional()

const imageHost = ruledText({
  findBreach: (host) => ('value' in hostName(host) ? undefined : { rule: 'format' }),
  meta: { description: 'a host name', examples: ['images.example.com'] },
})

const changeable = {
  issuer: endpoint.meta({ description: 'for OIDC; its discovery document has the rest' }),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  userinfo_endpoint: endpoint,
  ...dialect,
  audiences: z.array(text(512)).max(20).optional().meta({
    description: 'client ids of your apps at the provider; apps may send ID tokens that were issued for them',
  }),
  scopes: z.array(text(200)).max(50).optional(),
  image_hosts: z.array(imageHost).max(50).optional().meta({ description: 'hosts that its pictures may come from' }),
}

export const newProviderBody = z.object({
  slug: ruledText({ findBreach: findSlugBreach, meta: { minLength: 2, maxLength: 32, pattern: '^[a-z0-9-]+$' } }),
  name: text(50),
  client_id: text(512),
  client_secret: text(2048),
  ...changeable,
})

export const providerChangeBody = z.object({
  name: text(50).optional(),
  client_id: text(512).optional(),
  client_secret: text(2048).optional(),
  ...changeable,
})

export const shownProvider = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    client_id: z.string(),
    issuer: z.string().optional(),
    authorization_endpoint: z.string(),
    token_endpoint: z.string(),
    userinfo_endpoint: z.string().optional(),
    email_verification: z.string(),
    nonce: z.string(),
    token_endpoint_auth_method: z.string(),
    authorize_parameters: z.record(z.string(), z.string()),
    audiences: z.array(z.string()),
    scopes: z.array(z.string()),
    image_hosts: z.array(z.string()),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'RegisteredProvider', description: 'A provider as administrators see it, without its secret' })
