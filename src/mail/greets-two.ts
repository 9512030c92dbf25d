import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

type Address = { readonly host: string; readonly port: number; readonly secure: boolean }

/**
 * Whether a mail server greets a second connection while it has a first. Returns undefined if it does not even greet
 * the first.
 */
export async function greetsTwo(address: Address, withinMs: number): Promise<boolean | undefined> {
  const began = performance.now()
  const first = open(address)
  try {
    if (!(await isGreeted(first, withinMs))) return undefined
    const second = open(address)
    try {
      return await isGreeted(second, leastMs + 2 * (performance.now() - began))
    } finally {
      leave(second)
    }
  } finally {
    leave(first)
  }
}

/** Whether there is a mail server at all, even if it is busy. */
export async function greets(address: Address, withinMs: number): Promise<boolean> {
  const socket = open(address)
  try {
    return await isGreeted(socket, withinMs, /^(?:220|421)/)
  } finally {
    leave(socket)
  }
}

const leastMs = 1000

/** Nothing confidential is sent, so certificates are not verified. */
const open = ({ host, port, secure }: Address): Socket =>
  (secure ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port })).unref()

function isGreeted(socket: Socket, withinMs: number, greeting = /^220/): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('data', (bytes) => resolve(greeting.test(bytes.toString('latin1'))))
    socket.once('close', () => resolve(false))
    socket.on('error', () => undefined)
    setTimeout(resolve, withinMs, false).unref()
  })
}

function leave(socket: Socket): void {
  socket.setTimeout(leastMs, () => socket.destroy())
  socket.end('QUIT\r\n')
}
