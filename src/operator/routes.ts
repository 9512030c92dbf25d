import { describeSettings } from '../config/settings.ts'
import type { Deps } from '../deps.ts'
import { faults } from '../errors/fault.ts'
import { adminRead } from '../guards/console.ts'
import { signedInUser } from '../guards/credential.ts'
import type { App } from '../http/app.ts'
import { examiner } from './examiner.ts'
import { readDiagnosis, readDiagnosisRefusals } from './read-diagnosis.ts'
import { diagnosis, diagnosisQuery, examination, settingsList } from './schemas.ts'

export function operatorRoutes(app: App, deps: Deps): void {
  diagnosisRoute(app, deps)
  serverRoutes(app, deps)
}

function diagnosisRoute(app: App, deps: Deps): void {
  const fault = faults('general:bad_request', ...readDiagnosisRefusals)
  app.route({
    method: 'GET',
    url: '/v0/admin/diagnosis',
    config: { ...adminRead, codes: fault.codes },
    schema: {
      operationId: 'diagnose',
      summary: 'Say why somebody cannot sign in, by the address, the handle or the id: one of the three',
      tags: ['admin'],
      querystring: diagnosisQuery,
      response: { 200: diagnosis },
    },
    handler: (request) => {
      const { email, handle, user_id: userId } = request.query
      const [name, ...others] = [email, handle && `@${handle}`, userId].filter((one) => one !== undefined)
      if (name === undefined || others.length > 0)
        throw fault('general:bad_request', { details: 'Send exactly one of email, handle and user_id.' })
      return readDiagnosis({ ...deps, fault }, signedInUser(request), name)
    },
  })
}

/** Of the process that answers; another replica may have other settings. */
function serverRoutes(app: App, deps: Deps): void {
  const readExamination = examiner(deps)
  app.route({
    method: 'GET',
    url: '/v0/admin/doctor',
    config: adminRead,
    schema: {
      operationId: 'examine',
      summary: 'Check whether everything that is configured works, at most once a minute',
      tags: ['admin'],
      response: { 200: examination },
    },
    handler: async () => {
      const { examinedAt, findings, notes } = await readExamination()
      return {
        examined_at: examinedAt.toISOString(),
        findings: findings.map(({ name, isFine, says }) => ({ name, is_fine: isFine, says })),
        notes,
      }
    },
  })
  app.route({
    method: 'GET',
    url: '/v0/admin/settings',
    config: adminRead,
    schema: {
      operationId: 'listSettings',
      summary: 'List every variable of the configuration, with its value unless it is a secret',
      tags: ['admin'],
      response: { 200: settingsList },
    },
    handler: async () => ({
      data: describeSettings(deps.config).map(({ isSecret, ...setting }) => ({ ...setting, is_secret: isSecret })),
    }),
  })
}
