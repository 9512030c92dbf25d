/** It brings no types; these are what the tests use. */
declare module 's3rver' {
  import type { RequestListener } from 'node:http'

  export default class S3rver {
    constructor(options: {
      readonly directory: string
      readonly silent: boolean
      readonly configureBuckets: readonly { readonly name: string }[]
    })
    configureBuckets(): Promise<void>
    /** Koa's: for a server of our own. */
    callback(): RequestListener
  }
}
