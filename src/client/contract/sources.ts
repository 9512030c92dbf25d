import { readFile, stat } from 'node:fs/promises'
import { type Contract, mostBytes, readContract } from './contract.ts'

/** Where a contract is: in a file, at a server, or in this package. */
export type Source = { readonly file: string } | { readonly server: string } | 'package'

/** Why no contract could be had, as a sentence for whoever runs the command. */
export class NoContract extends Error {}

const answerWithinMs = 10_000

export async function openContract(source: Source): Promise<Contract> {
  if (source === 'package') return fromFile(new URL('../contract.json', import.meta.url), "This package's contract")
  return 'file' in source ? fromFile(source.file, source.file) : fromServer(source.server)
}

async function fromFile(path: string | URL, name: string): Promise<Contract> {
  const { size } = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new NoContract(error.code === 'ENOENT' ? `There is no ${name}.` : `${name} cannot be read: ${error.code}.`)
  })
  if (size > mostBytes) throw new NoContract(`${name} is no contract: it is longer than ${mostBytes / 1_000_000} MB.`)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new NoContract(`${name} cannot be read: ${error.code}.`)
  })
  return understood(text, name)
}

async function fromServer(server: string): Promise<Contract> {
  const url = addressOf(server)
  const signal = AbortSignal.timeout(answerWithinMs)
  const response = await fetch(url, { signal, headers: { accept: 'application/json' } }).catch(() => undefined)
  if (response === undefined) throw new NoContract(`${url} does not answer.`)
  if (!response.ok) {
    throw new NoContract(`${url} answers ${response.status}. Is it a Postern, and one that has GET /v0/contract?`)
  }
  return understood(await readBounded(response, url), url)
}

function addressOf(server: string): string {
  if (!URL.canParse(server) || !/^https?:/.test(server)) {
    throw new NoContract(`${server} is no address of a server, such as https://auth.example.com.`)
  }
  return `${server.replace(/\/+$/, '')}/v0/contract`
}

/** Stops reading where no contract goes on. */
async function readBounded({ body }: Response, url: string): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const part of body ?? []) {
      bytes += part.byteLength
      if (bytes > mostBytes) break
      parts.push(part)
    }
  } catch {
    throw new NoContract(`${url} did not answer completely.`)
  }
  if (bytes > mostBytes)
    throw new NoContract(`${url} answers no contract: it is longer than ${mostBytes / 1_000_000} MB.`)
  return Buffer.concat(parts).toString('utf8')
}

function understood(text: string, name: string): Contract {
  const contract = readContract(text)
  if (contract === undefined) {
    throw new NoContract(`${name} is no contract, which GET /v0/contract answers and postern-contract lock writes.`)
  }
  return contract
}
