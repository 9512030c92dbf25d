import { getHeapStatistics } from 'node:v8'
import { findKeyFaults, findOpenKeys } from '../crypto/key-faults.ts'
import { languagesFolder, listTags } from '../messages/language.ts'
import { readOwnTexts } from '../messages/own-texts.ts'
import { pseudoTags } from '../messages/pseudo.ts'
import type { Config, Role } from './config.ts'
import { domainsUpFrom } from './domains.ts'
import { hasConsole } from './has-console.ts'
import { productionLimits } from './limits.ts'
import { logoMust, readLogo } from './logo.ts'
import { isLoopback } from './networks.ts'
import { passkeyLimits } from './passkey-limits.ts'
import { isPlaceholder } from './secrets.ts'
import { type VariableName, variables } from './variables.ts'

export type Draft = {
  readonly config: Config
  readonly role: Role
  readonly isSet: (name: VariableName) => boolean
}

type Rule = {
  /** The variable to change comes first. The rule is skipped if one of them could not be read. */
  readonly about: readonly [subject: VariableName, ...others: VariableName[]]
  /** Completes the sentence "SUBJECT must …". */
  readonly must: string
  /** A string also means broken, and is added to the message to show why. Of several each is a message. */
  readonly isBroken: (draft: Draft) => boolean | string | readonly string[]
}

/** Combinations of settings that cannot work, and settings that production refuses; by subject. */
export function findMistakes(
  draft: Draft,
  unread: ReadonlySet<VariableName>,
): ReadonlyMap<VariableName, string | readonly string[]> {
  const mistakes = new Map<VariableName, string | readonly string[]>()
  for (const { about, must, isBroken } of rules) {
    const [subject] = about
    if (mistakes.has(subject) || about.some((name) => unread.has(name))) continue
    const broken = isBroken(draft)
    if (broken === false) continue
    if (typeof broken === 'object')
      mistakes.set(
        subject,
        broken.map((one) => `${subject} must ${must}: ${one}`),
      )
    else mistakes.set(subject, `${subject} must ${must}${broken === true ? '' : ` (${broken})`}`)
  }
  return mistakes
}

/** Whether browsers accept the cookie from PUBLIC_URL; they drop one for a whole top-level domain. */
function isCookieDomainOf({ cookieDomain, publicUrl }: Config): boolean {
  const { hostname } = new URL(publicUrl)
  if (cookieDomain === undefined || cookieDomain === hostname) return true
  return cookieDomain.includes('.') && hostname.endsWith(`.${cookieDomain}`)
}

/** Completes a rule's message with the languages that there are, if one of these is not among them. */
function withoutTexts({ appEnv }: Config, tags: readonly string[] = []): string | false {
  const present = [...listTags(languagesFolder), ...(appEnv === 'production' ? [] : pseudoTags)]
  return tags.some((tag) => !present.includes(tag)) && `there are ${present.join(', ')}`
}

/** Whether nobody could sign up: each allowed domain is denied, itself or by one above it. */
const isAllDenied = ({ signUpDomains, signUpDenyDomains }: Config): boolean =>
  signUpDomains.size > 0 &&
  [...signUpDomains].every((domain) => domainsUpFrom(domain).some((one) => signUpDenyDomains.has(one)))

function faultOfLogo({ brandLogo }: Config): string | false {
  const logo = brandLogo === undefined ? undefined : readLogo(brandLogo)
  return typeof logo === 'string' && logo
}

function mistakesInTexts({ mailTextsDir }: Config): readonly string[] | false {
  const mistakes = mailTextsDir === undefined ? [] : readOwnTexts(mailTextsDir).mistakes
  return mistakes.length > 0 && mistakes
}

const combinations: readonly Rule[] = [
  {
    about: ['LOCALES', 'APP_ENV'],
    must: 'name languages that there are texts in',
    isBroken: ({ config }) => withoutTexts(config, config.locales),
  },
  {
    about: ['DEFAULT_LOCALE', 'LOCALES', 'APP_ENV'],
    must: 'be a language that there are texts in, and one of LOCALES where that is set',
    isBroken: ({ config }) =>
      config.locales?.includes(config.defaultLocale) === false || withoutTexts(config, [config.defaultLocale]),
  },
  {
    about: ['BRAND_LOGO'],
    must: logoMust,
    isBroken: (draft) => draft.role !== 'cli' && faultOfLogo(draft.config),
  },
  {
    about: ['MAIL_TEXTS_DIR'],
    must: 'hold texts for mails',
    isBroken: (draft) => draft.role !== 'cli' && mistakesInTexts(draft.config),
  },
  {
    about: ['APP_NAME', 'BRAND_LOGO'],
    must: 'be set where BRAND_LOGO is: it stands where a mail program shows no pictures',
    isBroken: ({ isSet }) => isSet('BRAND_LOGO') && !isSet('APP_NAME'),
  },
  {
    about: ['HOST', 'APP_ENV', 'SMTP_URL'],
    must: 'be a loopback address with APP_ENV=development unless SMTP_URL is set: the built-in inbox shows every mail',
    isBroken: ({ config, role }) =>
      role === 'api' && config.appEnv === 'development' && config.smtpUrl === undefined && !isLoopback(config.host),
  },
  {
    about: ['SESSION_MEMORY_MIB'],
    must: "be at most half of Node's heap: start Node with a larger --max-old-space-size",
    isBroken: ({ config, role }) =>
      role === 'api' && config.sessionMemoryMib * 2 > getHeapStatistics().heap_size_limit / 2 ** 20,
  },
  {
    about: ['SMTP_URL'],
    must: 'be set for the worker: the built-in inbox lives inside the API process',
    isBroken: ({ config, role }) => role === 'worker' && config.smtpUrl === undefined,
  },
  {
    about: ['WORKER_SECRET'],
    must: 'be set for the worker, to what the API has',
    isBroken: ({ config, role }) => role === 'worker' && config.workerSecret === undefined,
  },
  {
    about: ['WORKER_SECRET', 'WORKER_URL'],
    must: 'be set where WORKER_URL is, to what the worker has',
    isBroken: ({ config }) => config.workerUrl !== undefined && config.workerSecret === undefined,
  },
  ...(['DATABASE_MIGRATION_URL', 'DATABASE_DIRECT_URL'] as const).map(
    (name): Rule => ({
      about: [name, 'DATABASE_URL'],
      must: 'not be set without DATABASE_URL: it names the same database',
      isBroken: ({ config, isSet }) => isSet(name) && config.databaseUrl === undefined,
    }),
  ),
  {
    about: ['COOKIE_DOMAIN', 'PUBLIC_URL'],
    must: 'be the host of PUBLIC_URL or a domain above it, such as example.com for auth.example.com',
    isBroken: ({ config }) => !isCookieDomainOf(config),
  },
  {
    about: ['EMAIL_SIGN_UP', 'EMAIL_SIGN_IN'],
    must: 'not be on with EMAIL_SIGN_IN=off: whoever signs up without a password signs in by mail',
    isBroken: ({ config }) => config.emailSignUp === 'on' && config.emailSignIn === 'off',
  },
  {
    about: ['SIGN_UP_DOMAINS', 'SIGN_UP_DENY_DOMAINS'],
    must: 'name a domain that SIGN_UP_DENY_DOMAINS does not deny, with all below it',
    isBroken: ({ config }) => isAllDenied(config),
  },
  {
    about: ['SESSION_IDLE_TTL_SECONDS', 'SESSION_ABSOLUTE_TTL_SECONDS'],
    must: 'not exceed SESSION_ABSOLUTE_TTL_SECONDS',
    isBroken: ({ config }) => config.sessionIdleTtlSeconds > config.sessionAbsoluteTtlSeconds,
  },
  {
    about: ['CONSOLE', 'IMPERSONATION', 'APP_ENV'],
    must: 'be on where IMPERSONATION is',
    isBroken: ({ config }) => config.impersonation !== 'off' && !hasConsole(config),
  },
  {
    about: ['CONSOLE', 'CONSOLE_PORT', 'CONSOLE_ALLOW', 'APP_ENV'],
    must: 'be on where CONSOLE_PORT or CONSOLE_ALLOW is set',
    isBroken: ({ config, isSet }) => (isSet('CONSOLE_PORT') || isSet('CONSOLE_ALLOW')) && !hasConsole(config),
  },
  ...companions('GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'),
  ...companions('GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'),
  ...companions('S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'),
  {
    about: ['S3_ACCESS_KEY_ID', 'FILE_STORE_URL'],
    must: 'be set, and S3_SECRET_ACCESS_KEY with it, where FILE_STORE_URL is s3://',
    isBroken: ({ config, isSet }) => config.fileStoreUrl.startsWith('s3:') && !isSet('S3_ACCESS_KEY_ID'),
  },
  ...(['BREACHED_PASSWORDS_REQUIRED', 'BREACHED_PASSWORDS_AT_LOGIN'] as const).map(
    (name): Rule => ({
      about: [name, 'BREACHED_PASSWORDS_URL'],
      must: 'be off unless BREACHED_PASSWORDS_URL is set: there is nothing to look passwords up in',
      isBroken: ({ config, isSet }) => config[variables[name].field] !== 'off' && !isSet('BREACHED_PASSWORDS_URL'),
    }),
  ),
]

function companions(...[one, other]: [VariableName, VariableName]): Rule[] {
  const needs = (subject: VariableName, cause: VariableName): Rule => ({
    about: [subject, cause],
    must: `be set where ${cause} is`,
    isBroken: ({ isSet }) => isSet(cause) && !isSet(subject),
  })
  return [needs(one, other), needs(other, one)]
}

const isProduction = ({ config }: Draft): boolean => config.appEnv === 'production'

/** The operator's commands neither listen nor send mail, so rules for that do not apply; doctor checks them anyway. */
const isServing = (draft: Draft): boolean => isProduction(draft) && draft.role !== 'cli'

const needed = (subject: VariableName, must: string, isAsked: (draft: Draft) => boolean): Rule => ({
  about: [subject],
  must,
  isBroken: (draft) => isAsked(draft) && !draft.isSet(subject),
})

const isPlain = (origin: string): boolean => origin.startsWith('http:')

const encrypted = (subject: VariableName, find: (config: Config) => readonly string[]): Rule => ({
  about: [subject],
  must: 'be https in production',
  isBroken: (draft) => isServing(draft) && draft.isSet(subject) && find(draft.config).some(isPlain),
})

/** Servers of others that get secrets or say who a user is. */
const originsOfOthers = [
  'OAUTH_REDIRECT_URL',
  'TURNSTILE_VERIFY_URL',
  'GITHUB_URL',
  'GITHUB_API_URL',
  'GOOGLE_ISSUER',
] as const

const inProduction: readonly Rule[] = [
  needed('PUBLIC_URL', 'be set in production', isServing),
  encrypted('PUBLIC_URL', ({ publicUrl }) => [publicUrl]),
  needed('FRONTEND_URL', 'be set in production: mailed links lead there', isServing),
  encrypted('FRONTEND_URL', ({ frontendUrl }) => [frontendUrl]),
  encrypted('CORS_ORIGINS', ({ corsOrigins }) => corsOrigins),
  encrypted('OAUTH_REDIRECT_ALLOW', ({ oauthRedirectAllow }) => oauthRedirectAllow),
  encrypted('PASSKEY_ORIGINS', ({ passkeyOrigins }) => passkeyOrigins),
  ...originsOfOthers.map((name) => encrypted(name, (config) => [config[variables[name].field]])),
  needed(
    'DATABASE_URL',
    'be set in production: to a PostgreSQL, or to the word embedded to keep the data in DATA_DIR',
    isProduction,
  ),
  {
    about: ['KEYS_DIR'],
    must: 'hold keys in production: make them with `npm run admin -- keys init`, or name the folder that has them',
    isBroken: (draft) => isServing(draft) && (findKeyFaults(draft.config.keysDir).join('; ') || false),
  },
  {
    about: ['KEYS_DIR'],
    must: 'be closed to others in production',
    isBroken: (draft) => isServing(draft) && (findOpenKeys(draft.config.keysDir).join('; ') || false),
  },
  needed('SMTP_URL', 'be set in production: the built-in inbox delivers nothing', isServing),
  needed('MAIL_FROM', 'be set in production', isServing),
  {
    about: ['RATE_LIMITS'],
    must: 'not be off in production',
    isBroken: (draft) => isProduction(draft) && draft.config.rateLimits === 'off',
  },
  {
    about: ['FORCE_TOKEN'],
    must: 'not be set in production, where no answer is forced',
    isBroken: ({ config, isSet }) => config.appEnv === 'production' && isSet('FORCE_TOKEN'),
  },
  {
    about: ['TEST_IDENTITIES'],
    must: 'not be set in production: whoever reads it here signs in to these accounts',
    isBroken: (draft) => isProduction(draft) && draft.config.testIdentities.length > 0,
  },
]

const ownSecrets = Object.values(variables)
  .filter((variable) => 'secret' in variable)
  .map(
    ({ name, field }): Rule => ({
      about: [name],
      must: 'be a secret of your own in production, not a placeholder',
      isBroken: (draft) =>
        isServing(draft) &&
        [draft.config[field] ?? []].flat().some((one) => typeof one === 'string' && isPlaceholder(one)),
    }),
  )

const limits = [...productionLimits, ...passkeyLimits].map(
  ({ isBroken, ...limit }): Rule => ({ ...limit, isBroken: (draft) => isServing(draft) && isBroken(draft.config) }),
)

const rules: readonly Rule[] = [...combinations, ...inProduction, ...ownSecrets, ...limits]
