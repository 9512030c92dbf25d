import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import type { App } from '../http/app.ts'
import { frontEndPage } from './authorize.ts'
import { getRegistered, getRegisteredRefusals } from './find-provider.ts'
import { providerParams } from './reply.ts'

/** In bytes. The answer goes on in a URL, and Node accepts at most 16 KiB of request headers. */
const mostBytes = 16 * 1024

const posted = z.string().optional()

/** The parameters that a front end's page reads from its URL: RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207. */
const answer = z.object({ code: posted, state: posted, iss: posted, error: posted, error_description: posted })

/**
 * Some providers post their answer (Apple does if it is asked for the address): this page sends the browser on to the
 * front end's page with it. It reads no cookie and changes nothing: the state is used up when that page posts it.
 */
export async function formPostRoutes(app: App, deps: Deps): Promise<void> {
  const fault = faults(...getRegisteredRefusals)
  await app.register(async (forms: App) => {
    forms.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(text)))),
    )
    forms.route({
      method: 'POST',
      url: '/v0/auth/oauth/:provider/form-post',
      bodyLimit: mostBytes,
      config: { access: 'public', limit: 'authorize', fromAnySite: true, database: 'read', codes: fault.codes },
      schema: {
        operationId: 'receiveFormPost',
        summary: 'Take what a provider posts with response_mode=form_post, and send the browser on to the front end',
        tags: ['oauth'],
        consumes: ['application/x-www-form-urlencoded'],
        params: providerParams,
        body: answer,
        response: { 303: z.void() },
      },
      handler: async (request, reply) => {
        const { slug } = await getRegistered({ ...deps, fault }, request.params.provider)
        const page = new URL(frontEndPage(deps.config, slug))
        for (const [name, value] of Object.entries(request.body)) if (value) page.searchParams.set(name, value)
        return reply.code(303).header('location', page.href).send()
      },
    })
  })
}
