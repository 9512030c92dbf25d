import { PNG } from 'pngjs'
import type { Act } from './act.ts'
import { drawCaller, foresee } from './caller.ts'
import { refused } from './life.ts'

const picture = PNG.sync.write(new PNG({ width: 2, height: 2 }))
const boundary = 'a-boundary'

function multipart(name: string, bytes: Buffer): Buffer {
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="x"\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

const kinds = ['profile', 'banner'] as const

export const uploadPicture: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const kind = choices.among(...kinds)
  const [body, code] = choices.among(
    [multipart('file', picture), undefined] as const,
    [multipart('file', Buffer.from('%PDF-1.7\n')), 'file:unsupported_type'] as const,
    [multipart('file', Buffer.from('what is this?')), 'file:upload_error'] as const,
    [multipart('file', picture.subarray(0, 40)), 'file:upload_error'] as const,
    [multipart('other', picture), 'file:upload_error'] as const,
    [Buffer.from('no multipart'), 'file:upload_error'] as const,
  )
  const foreseen = foresee(refusal(), code).else('201')
  const type = `multipart/form-data; boundary=${boundary}`
  const request = { method: 'POST', target: `/v0/user/me/${kind}-image`, body }
  const { status, json } = await life.ask({ ...request, headers: { ...headers, 'content-type': type } }, () => foreseen)
  if (status === 201 && session) session.account[`${kind}Image`] = String(json.image_url)
}

export const clearPicture: Act = async (life, choices) => {
  const { headers, session, refusal } = drawCaller(life, choices)
  const kind = choices.among(...kinds)
  const isThere = session?.account[`${kind}Image`] !== undefined
  const foreseen = foresee(refusal(), isThere ? undefined : 'file:not_found').else('204')
  const { status } = await life.ask({ method: 'DELETE', target: `/v0/user/me/${kind}-image`, headers }, () => foreseen)
  if (status === 204 && session) session.account[`${kind}Image`] = undefined
}

export const readPicture: Act = async (life, choices) => {
  const shown = life.state.accounts.flatMap((one) => [one.profileImage ?? [], one.bannerImage ?? []].flat())
  const url = choices.of(shown)
  const target = url ? new URL(url).pathname : `/v0/files/${'a'.repeat(32)}.webp`
  await life.ask({ method: 'GET', target }, () => [url ? '200' : refused('file:not_found')])
}
