import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { inSpan } from '../tracing/span.ts'
import { once } from '../waiting/once.ts'
import { type FileStore, FileStoreError } from './file-store.ts'

type Options = {
  /** s3://BUCKET or s3://BUCKET/PREFIX, with ?endpoint=URL for another server than Amazon's and ?region=NAME */
  readonly url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const deadlineMs = 5000

/** Keeps files in a bucket of Amazon S3, or of a server with the same API. */
export function s3FileStore({ url, ...credentials }: Options): FileStore {
  const { hostname: Bucket, pathname, searchParams } = new URL(url)
  const prefix = pathname.replace(/^\/|\/$/g, '')
  const keyOf = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`)
  const endpoint = searchParams.get('endpoint')

  const s3 = once(async () => {
    // Loaded only if S3 is used.
    const sdk = await import('@aws-sdk/client-s3')
    const client = new sdk.S3Client({
      credentials,
      region: searchParams.get('region') ?? 'us-east-1',
      ...(endpoint !== null && { endpoint, forcePathStyle: true }),
      maxAttempts: 2,
      requestHandler: {
        connectionTimeout: 1000,
        requestTimeout: deadlineMs,
        throwOnRequestTimeout: true,
        // The other timeouts end with the first byte of the answer.
        socketTimeout: deadlineMs,
      },
      // Some servers know no checksum except that of the signature.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    return [client, sdk] as const
  })

  return {
    put: (name, bytes) =>
      orFail(async () => {
        const [client, { PutObjectCommand }] = await s3()
        await client.send(new PutObjectCommand({ Bucket, Key: keyOf(name), Body: bytes, ContentType: 'image/webp' }))
      }),
    get: (name) =>
      orFail(async () => {
        const [client, { GetObjectCommand }] = await s3()
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(name) }))
          return Body && Buffer.from(await Body.transformToByteArray())
        } catch (error) {
          if (isNoSuchKey(error)) return undefined
          throw error
        }
      }),
    delete: (name) =>
      orFail(async () => {
        const [client, { DeleteObjectCommand }] = await s3()
        await client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(name) })).catch((error) => {
          // Amazon answers 204 if there is no such file, Google 404.
          if (!isNoSuchKey(error)) throw error
        })
      }),
    list: async function* () {
      const [client, { ListObjectsV2Command }] = await s3()
      const Prefix = keyOf('')
      for (let ContinuationToken: string | undefined; ; ) {
        const page = await orFail(() => client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })))
        for (const { Key, LastModified } of page.Contents ?? [])
          if (Key !== undefined && LastModified) yield { name: Key.slice(Prefix.length), modifiedAt: LastModified }
        ContinuationToken = tokenAfter(page)
        if (ContinuationToken === undefined) return
      }
    },
  }
}

/** Some servers write an empty token, or one after the last page. */
const tokenAfter = (page: ListObjectsV2CommandOutput): string | undefined =>
  (page.IsTruncated && page.NextContinuationToken) || undefined

const isNoSuchKey = (error: unknown): boolean => error instanceof Error && error.name === 'NoSuchKey'

async function orFail<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await inSpan('S3', { kind: 'client' }, act)
  } catch (cause) {
    throw new FileStoreError('The S3 file store did not do it', { cause })
  }
}
