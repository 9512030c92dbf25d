import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')

const page = `<!doctype html><title>Front end</title><link rel="icon" href="data:,">
<script type="module">import { createClient } from '/client.js'; globalThis.createClient = createClient</script>`

/** What the package of the client is made of, built anew. */
async function buildClient(): Promise<Map<string, string>> {
  const dist = mkdtempSync(join(tmpdir(), 'postern-client-'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [tsc, '-p', 'src/client', '--outDir', dist], { cwd: root })
  const scripts = readdirSync(dist).filter((name) => name.endsWith('.js'))
  const files = new Map(scripts.map((name) => [`/${name}`, readFileSync(join(dist, name), 'utf8')]))
  rmSync(dist, { recursive: true })
  return files
}

/** A page with the client, under every name that leads to this machine; under `/v0` a server of the future. */
export async function startFrontEnd(port: number): Promise<() => void> {
  const files = await buildClient()
  const server = createServer(({ url = '/' }, response) => {
    const script = files.get(url)
    if (script !== undefined) response.setHeader('content-type', 'text/javascript').end(script)
    else if (url === '/') response.setHeader('content-type', 'text/html').end(page)
    else response.writeHead(418, { 'content-type': 'application/json' }).end('{"code":"user:is_a_teapot"}')
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return () => {
    server.closeAllConnections()
    server.close()
  }
}
