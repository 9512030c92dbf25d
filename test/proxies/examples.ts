import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { blocksOf } from '../support/pages.ts'
import type { ProxyName } from './programs.ts'
import { ask } from './raw-request.ts'

const page = 'forward-auth.md'

export type Places = { readonly postern: number; readonly application: number; readonly checkUrl: string }

/** The example in this machine's terms: nothing else of it changes. */
const localised = (text: string, { postern, application, checkUrl }: Places): string =>
  text
    .replaceAll('postern:8080', `127.0.0.1:${postern}`)
    .replaceAll('application:3000', `127.0.0.1:${application}`)
    .replaceAll('/v0/auth/check', checkUrl)
    // Caddy has the question mark already, and is told of the header as well.
    .replaceAll('jwt?', 'jwt')
    .replace(/copy_headers .*/, (line) => (checkUrl.includes('jwt') ? `${line} X-Postern-Identity` : line))

type Files = Readonly<Record<string, string>>
type Start = { readonly files: Files; readonly parameters: readonly string[] }

const starts: Readonly<Record<'nginx' | 'traefik' | 'caddy', (port: number, folder: string, places: Places) => Start>> =
  {
    nginx: (port, folder, places) => {
      const [server = ''] = blocksOf(page, 'nginx', 'nginx').map((text) => localised(text, places))
      return {
        files: {
          'nginx.conf': nginxAround(folder, server.replace('server {', `server {\n  listen 127.0.0.1:${port};`)),
        },
        parameters: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
      }
    },
    traefik: (port, folder, places) => {
      const [fixed = '', dynamic = ''] = blocksOf(page, 'Traefik', 'yaml').map((text) => localised(text, places))
      const here = fixed.replace(':443', `127.0.0.1:${port}`).replace('/etc/traefik', folder)
      return {
        files: { 'traefik.yml': `${here}global: { checkNewVersion: false }\n`, 'dynamic.yml': dynamic },
        parameters: [`--configFile=${join(folder, 'traefik.yml')}`],
      }
    },
    caddy: (port, folder, places) => {
      const [site = ''] = blocksOf(page, 'Caddy', 'caddyfile').map((text) => localised(text, places))
      const here = site.replace('app.example.com {', `http://app.example.com:${port} {\n  bind 127.0.0.1`)
      return {
        files: { Caddyfile: `{\n  admin off\n}\n${here}` },
        parameters: ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'],
      }
    },
  }

export const nginxAround = (folder: string, http: string): string => {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  return `daemon off;\npid ${folder}/pid;\nevents {}\nhttp {\naccess_log off;\n${places.join('\n')}\n${http}\n}\n`
}

export type RunningProxy = { readonly port: number; stop(): Promise<void> }

/** The example of the page, run by the program itself. */
export async function startExample(name: ProxyName, program: string, places: Places): Promise<RunningProxy> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'postern-proxy-'))
  const kind = name === 'caddy of today' ? 'caddy' : name
  const { files, parameters } = starts[kind](port, folder, places)
  return startProxy({ program, parameters, files, folder, port, ready: '/public/ready' })
}

type Program = Start & {
  readonly program: string
  readonly folder: string
  readonly port: number
  /** A path that answers 200 through it. */
  readonly ready: string
}

export async function startProxy({ program, parameters, files, folder, port, ready }: Program): Promise<RunningProxy> {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  // Caddy keeps what it remembers in HOME.
  const env = { PATH: process.env.PATH ?? '', HOME: folder }
  const child = spawn(program, [...parameters], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const ended = once(child, 'close')
  const killNow = (): boolean => child.kill('SIGKILL')
  process.once('exit', killNow)
  await vi.waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended: ${output}`)
      // Traefik listens before it has read its routers.
      const { status } = await ask(port, `GET ${ready} HTTP/1.1`)
      if (status !== 200) throw new Error(`${program} answers ${status}: ${output}`)
    },
    { timeout: 20_000, interval: 50 },
  )
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      process.off('exit', killNow)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
