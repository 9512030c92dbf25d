import { type AddressInfo, createServer } from 'node:net'

/** A port of this machine that nobody listens at now. */
export async function freePort({ below = 65_536 } = {}): Promise<number> {
  for (;;) {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    if (port < below) return port
  }
}
