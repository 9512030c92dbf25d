import { masterKey, workerRights } from './meilisearch-keys.ts'
import { startStandIn } from './meilisearch-stand-in.ts'
import { hasDocker } from './redis.ts'

export type MeilisearchServer = {
  readonly url: string
  /** The documented rights and no others, on the documented indexes. */
  readonly apiKey: string | undefined
  readonly searchApiKey: string | undefined
  stop(): Promise<void>
}

/** A real one where MEILISEARCH_URL names it or Docker runs, else the stand-in. */
export async function startMeilisearch(): Promise<MeilisearchServer> {
  const { MEILISEARCH_URL: url, MEILISEARCH_API_KEY: key } = process.env
  if (url) return { url, ...(await makeKeys(url, key)), stop: async () => {} }
  return (await hasDocker()) ? startContainer() : startStandIn()
}

async function startContainer(): Promise<MeilisearchServer> {
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer('getmeili/meilisearch:v1.50.0')
    .withExposedPorts(7700)
    .withEnvironment({ MEILI_MASTER_KEY: masterKey, MEILI_NO_ANALYTICS: 'true' })
    .withWaitStrategy(Wait.forHttp('/health', 7700))
    .start()
  const url = `http://${container.getHost()}:${container.getMappedPort(7700)}`
  return { url, ...(await makeKeys(url, masterKey)), stop: async () => void (await container.stop()) }
}

/** A server without a master key takes anybody, with any key or none. */
async function makeKeys(url: string, master: string | undefined) {
  if (!master) return { apiKey: undefined, searchApiKey: undefined }
  const make = async (actions: readonly string[]): Promise<string> => {
    const reply = await fetch(`${url}/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${master}`, 'content-type': 'application/json' },
      body: JSON.stringify({ actions, indexes: ['users*'], expiresAt: null }),
    })
    return ((await reply.json()) as { key: string }).key
  }
  return { apiKey: await make(workerRights), searchApiKey: await make(['search']) }
}
