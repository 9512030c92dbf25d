import type { FastifyRequest } from 'fastify'
import type { Context } from '../context.ts'
import type { Fault } from '../errors/fault.ts'
import { type Doer, underWay } from '../throttling/under-way.ts'

export const beginUploadRefusals = ['rate_limit:exceeded'] as const

type BeginUploadRefusal = (typeof beginUploadRefusals)[number]

export const readUploadRefusals = ['file:upload_error', 'FILE_TOO_LARGE'] as const

type ReadUploadRefusal = (typeof readUploadRefusals)[number]

/** How many bytes the multipart format may add to the file. */
const frameBytes = 64 * 1024
/**
 * Bounds the memory for uploads: what has arrived is held there, so that a broken upload leaves nothing behind [FS5].
 */
const begin = underWay({ most: 16, ofOneNetwork: 4 })
/** An upload that sends less than this in `stallSeconds` is cut off. */
const leastBytes = 1024
const stallSeconds = 5

/** Takes a place for an upload or import until its picture is made: one for each account, four for each network. */
export function beginUpload(ctx: Pick<Context<BeginUploadRefusal>, 'config' | 'fault'>, who: Doer): Disposable {
  const place = begin(ctx.config, who)
  if (place) return place
  throw ctx.fault('rate_limit:exceeded', { retryAfterSeconds: 2, details: 'Other uploads are under way.' })
}

/** Reads the part `file` as it comes in, and stops at the limit [FS1]. */
export async function readUpload(
  request: FastifyRequest,
  { fault, mostBytes }: { readonly fault: Fault<ReadUploadRefusal>; readonly mostBytes: number },
): Promise<Buffer> {
  if (!request.isMultipart())
    throw fault('file:upload_error', { details: 'Send multipart/form-data with a part "file".' })
  if (Number(request.headers['content-length'] ?? 0) > mostBytes + frameBytes) throw fault('FILE_TOO_LARGE')
  using _ = hangUpOnStall(request)
  return await readFilePart(request, fault, mostBytes)
}

const fileField = 'file'

/** Clients that send bytes rather than a file give the part no filename [FD51]. */
const isFile = (field: string | undefined, _type: string | undefined, name: string | undefined): boolean =>
  name !== undefined || field === fileField

async function readFilePart(
  request: FastifyRequest,
  fault: Fault<ReadUploadRefusal>,
  mostBytes: number,
): Promise<Buffer> {
  try {
    const options = { limits: { fileSize: mostBytes }, isPartAFile: isFile }
    const part = await Promise.race([request.file(options), brokenOff(request)])
    if (part?.fieldname !== fileField) throw fault('file:upload_error', { details: 'There is no part "file".' })
    const bytes = await Promise.race([part.toBuffer(), brokenOff(request)])
    // The parser throws at the limit itself, unless the limit falls between two chunks.
    if (part.file.truncated) throw fault('FILE_TOO_LARGE')
    if (bytes.length === 0) throw fault('file:upload_error', { details: 'The file is empty.' })
    return bytes
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'FST_REQ_FILE_TOO_LARGE') throw fault('FILE_TOO_LARGE')
    if (isRefusal(error)) throw error
    // The parser's message would tell the sender nothing new.
    throw fault('file:upload_error', { cause: error, details: 'The upload was cut off or is not multipart/form-data.' })
  }
}

/** Rejects when the connection breaks: if the sender leaves before the first part, the parser would wait for ever. */
function brokenOff({ raw }: FastifyRequest): Promise<never> {
  return new Promise((_, reject) => {
    const check = (): void => {
      if (!raw.complete) reject(new Error('the upload was broken off'))
    }
    if (raw.destroyed) check()
    else raw.once('close', check)
  })
}

/** Counts ticks rather than time, so that a phase in which this process was too busy to read counts as one second. */
function hangUpOnStall({ raw }: FastifyRequest): Disposable {
  let seconds = 0
  let bytesBefore = raw.socket.bytesRead
  const timer = setInterval(() => {
    seconds += 1
    if (raw.socket.bytesRead - bytesBefore >= leastBytes) {
      seconds = 0
      bytesBefore = raw.socket.bytesRead
    }
    if (seconds >= stallSeconds && !raw.complete) raw.destroy()
  }, 1000)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

const isRefusal = (error: unknown): boolean => error instanceof Error && 'circumstances' in error
