import { z } from 'zod'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { etagOf, isKnown } from '../pages/etag.ts'
import type { Language } from './language.ts'
import type { Messages } from './messages.ts'

const dir = z.enum(['ltr', 'rtl'])

const localeList = z.object({
  default: z.string(),
  locales: z.array(
    z
      .object({ tag: z.string(), name: z.string(), dir, complete: z.boolean() })
      .meta({ id: 'Locale', description: 'A language of the mails and the messages' }),
  ),
})

const messageList = z.object({
  tag: z.string(),
  dir,
  errors: z.record(z.string(), z.string()),
  rules: z.record(z.string(), z.string()),
})

const open = { access: 'public', database: 'none' } as const
const cacheControl = 'public, max-age=300'

/** What users read, for front ends that cannot bundle it. */
export function messageRoutes(app: App, { messages }: { readonly messages: Messages }): void {
  app.route({
    method: 'GET',
    url: '/v0/locales',
    config: open,
    schema: {
      operationId: 'listLocales',
      summary: 'List the languages of the mails and the messages',
      tags: ['service'],
      response: { 200: localeList },
    },
    handler: async (_request, reply) => {
      const locales = messages
        .offered()
        .map(({ tag, name, dir, isComplete }) => ({ tag, name, dir, complete: isComplete }))
      return reply.header('cache-control', cacheControl).send({ default: messages.fallback.tag, locales })
    },
  })
  const fault = faults('system:not_found')
  const sentencesOf = sentencesOnce()
  app.route({
    method: 'GET',
    url: '/v0/messages/:locale',
    config: { ...open, codes: fault.codes },
    schema: {
      operationId: 'getMessages',
      summary: 'Get a sentence for each error and each rule, as ICU messages in one language',
      tags: ['service'],
      params: z.object({ locale: z.string() }),
      response: { 200: messageList, 304: z.void() },
    },
    handler: async (request, reply) => {
      const language = messages.find(request.params.locale)
      if (language === undefined) throw fault('system:not_found')
      const { etag, body } = sentencesOf(language)
      reply.headers({ etag, 'cache-control': cacheControl })
      return isKnown(etag, request.headers['if-none-match']) ? reply.code(304).send() : reply.code(200).send(body)
    },
  })
}

type Sentences = z.infer<typeof messageList>

function sentencesOnce() {
  const known = new Map<Language, { readonly etag: string; readonly body: Sentences }>()
  return (language: Language) => {
    const before = known.get(language)
    if (before) return before
    const { tag, dir } = language
    const body = { tag, dir, errors: pick('error.', language), rules: pick('rule.', language) }
    const made = { body, etag: etagOf(JSON.stringify(body)) }
    known.set(language, made)
    return made
  }
}

const pick = (prefix: string, { texts }: Language): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), text]] : [])),
  )
