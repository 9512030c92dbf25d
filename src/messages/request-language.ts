import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Messages } from './messages.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The language that its Accept-Language asks for, if there is one; the header is read only when this is. */
    readonly language: string | undefined
  }
}

export function requestLanguage(app: FastifyInstance, messages: Messages): void {
  app.decorateRequest('language', {
    getter(this: FastifyRequest) {
      return messages.accepted(this.headers['accept-language'])?.tag
    },
  })
}
