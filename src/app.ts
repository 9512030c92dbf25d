import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import type { RouteOptions } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { accessTokenRoutes } from './access-tokens/routes.ts'
import { userRoutes } from './account/routes.ts'
import { adminRoutes } from './admin/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import type { Config } from './config/config.ts'
import { hasConsole } from './config/has-console.ts'
import { consolePageRoutes } from './console/page-routes.ts'
import type { Deps } from './deps.ts'
import { openErrorLab, unlessForced } from './dev/error-lab/lab.ts'
import { errorLabRoutes } from './dev/error-lab/routes.ts'
import { devRoutes } from './dev/routes.ts'
import { siteLoader } from './docs/load-site.ts'
import { missingPages } from './docs/missing-page.ts'
import { docsRoutes } from './docs/routes.ts'
import { emailRoutes } from './email/routes.ts'
import type { ErrorCode } from './errors/catalogue.ts'
import { domainErrors } from './errors/plugin.ts'
import { eventRoutes } from './events/routes.ts'
import { figureRoutes } from './figures/routes.ts'
import { fileRoutes } from './files/routes.ts'
import { administrationElsewhere } from './guards/console.ts'
import { guardRoutes } from './guards/guards.ts'
import { tellOfUnlisted } from './guards/refused-origins.ts'
import { answerAlike } from './guards/repeat/answer-alike.ts'
import { repeatAnswers } from './guards/repeat/repeat-answers.ts'
import { rememberMethods } from './http/allow.ts'
import type { App } from './http/app.ts'
import { readJsonBodies } from './http/body.ts'
import { closeGracefully } from './http/closing.ts'
import { closeStreamsOfHeads } from './http/head.ts'
import { responseHeaders } from './http/headers.ts'
import { healthRoutes } from './http/health.ts'
import { publishOpenApi } from './http/openapi.ts'
import { rememberRoutes } from './http/remember-routes.ts'
import { serializerCompiler } from './http/serializer.ts'
import { type AnswerBefore, createFastify } from './http/server.ts'
import { requestSpans, traceRequests } from './http/trace-requests.ts'
import { validatorCompiler } from './http/validation.ts'
import { impersonationRoutes } from './impersonation/routes.ts'
import { invitationRoutes } from './invitations/routes.ts'
import { mailedCodeRoutes } from './mailed-codes/routes.ts'
import { requestLanguage } from './messages/request-language.ts'
import { messageRoutes } from './messages/routes.ts'
import { answerNoter, noteAnswers } from './metrics/answers.ts'
import { metricsRoutes } from './metrics/routes.ts'
import { rememberContracts } from './metrics/served-contracts.ts'
import { moderationRoutes } from './moderation/routes.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { operatorRoutes } from './operator/routes.ts'
import { outboxRoutes } from './outbox/routes.ts'
import { relatedOriginRoutes } from './passkeys/related-origin-routes.ts'
import { passkeyRoutes } from './passkeys/routes.ts'
import { passkeySignInRoutes } from './passkeys/sign-in-routes.ts'
import { passwordRoutes } from './password/routes.ts'
import { passwordSignInRoutes } from './password/sign-in-routes.ts'
import { noteRefusals } from './refusals/note-refusals.ts'
import { refusalRoutes } from './refusals/routes.ts'
import { searchRoutes } from './search/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { signInRoutes } from './sign-in/routes.ts'
import { signUpRoutes } from './sign-up/routes.ts'
import { totpRoutes } from './totp/routes.ts'

export type AppOptions = {
  /** Called if a route answers with a code that it does not declare. */
  readonly onContractViolation?: (route: string, code: ErrorCode) => void
  /** Called for each route as it is declared, before it gets its guards. */
  readonly onRoute?: (route: RouteOptions) => void
  /** How long, once closing has begun, connections stay open to end with their next answer. */
  readonly drainMs?: number
}

/** The map of the API, read top to bottom: what every request passes, then the routes of each folder. */
export async function buildApp(
  deps: Deps,
  { onContractViolation = () => {}, onRoute, drainMs = 0 }: AppOptions = {},
): Promise<App> {
  const { config, log } = deps
  const errors = {
    config,
    publicUrl: config.publicUrl,
    withDetails: config.appEnv === 'development',
    messages: deps.messages,
    onContractViolation,
  }
  const isProduction = config.appEnv === 'production'
  const watchers = { note: answerNoter(deps), beginSpan: requestSpans(deps) }
  const early = [repeatAnswers(deps, watchers), answerAlike(deps, watchers)]
  const answerBefore: AnswerBefore = (request, response) => early.some(({ answer }) => answer(request, response))
  const app: App = createFastify({
    config,
    log,
    errors,
    answerBefore: isProduction ? answerBefore : unlessForced(answerBefore),
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler as never)
  app.setSerializerCompiler(serializerCompiler as never)

  if (onRoute) app.addHook('onRoute', onRoute)
  traceRequests(app, watchers.beginSpan)
  noteAnswers(app, watchers.note)
  noteRefusals(app, deps.refusals)
  for (const { learn } of early) learn(app)
  closeGracefully(app, drainMs)
  responseHeaders(app, config)
  tellOfUnlisted(app, config)
  await app.register(cors, corsOptions(config))
  // Cookies are parsed where they are read, not on every request.
  await app.register(cookie, { hook: false })
  closeStreamsOfHeads(app)
  const routes = rememberRoutes(app)
  rememberContracts(app, routes, deps)
  const lab = isProduction ? undefined : openErrorLab(app, config, { routes, errors, note: watchers.note })
  readJsonBodies(app)
  requestLanguage(app, deps.messages)
  guardRoutes(app, deps)
  const allowedMethods = rememberMethods(app, administrationElsewhere(config))
  const site = siteLoader(app, { config, messages: deps.messages, routes, hasInbox: deps.inbox !== undefined })
  domainErrors(app, { ...errors, allowedMethods, findPage: missingPages(config, site) })
  await publishOpenApi(app, config)

  metricsRoutes(app, deps)
  signUpRoutes(app, deps)
  signInRoutes(app, deps)
  passwordSignInRoutes(app, deps)
  passkeySignInRoutes(app, deps)
  mailedCodeRoutes(app, deps)
  passwordRoutes(app, deps)
  emailRoutes(app, deps)
  sessionRoutes(app, deps)
  accessTokenRoutes(app, deps)
  totpRoutes(app, deps)
  passkeyRoutes(app, deps)
  relatedOriginRoutes(app, deps)
  await oauthRoutes(app, deps)
  userRoutes(app, deps)
  await fileRoutes(app, deps)
  searchRoutes(app, deps)
  moderationRoutes(app, deps)
  if (hasConsole(config)) {
    adminRoutes(app, deps)
    consolePageRoutes(app)
    auditRoutes(app, deps)
    refusalRoutes(app, deps)
    figureRoutes(app, deps)
    outboxRoutes(app, deps)
    operatorRoutes(app, deps)
    impersonationRoutes(app, deps)
  }
  invitationRoutes(app, deps)
  eventRoutes(app, deps)
  messageRoutes(app, deps)
  healthRoutes(app, deps.healthChecks)
  docsRoutes(app, { config, messages: deps.messages, routes, site })
  devRoutes(app, deps)
  if (lab) errorLabRoutes(app, config, lab)
  return app
}

const corsOptions = ({ corsOrigins, appEnv }: Config) => ({
  origin: [...corsOrigins],
  credentials: true,
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  exposedHeaders:
    'X-Request-Id, X-Error-Code, X-Redirect-To, Retry-After, RateLimit, RateLimit-Policy' +
    (appEnv === 'development' ? ', X-Postern-Forced' : ''),
  maxAge: 600,
  strictPreflight: false,
})
