import type { FastifyBaseLogger } from 'fastify'

type Bindings = Parameters<FastifyBaseLogger['child']>[0]

/**
 * A request's log, made once something is logged: few requests log, and making one takes as long as a session check.
 */
class LazyLog {
  private readonly server: FastifyBaseLogger
  private readonly bindings: Bindings
  private made: FastifyBaseLogger | undefined

  constructor(server: FastifyBaseLogger, bindings: Bindings) {
    this.server = server
    this.bindings = bindings
  }

  get own(): FastifyBaseLogger {
    this.made ??= this.server.child(this.bindings)
    return this.made
  }

  get level() {
    return this.server.level
  }
  child(...given: Parameters<FastifyBaseLogger['child']>) {
    return this.own.child(...given)
  }
}

/** Functions, not getters: Fastify reads each of them on every request. */
for (const level of ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const) {
  Object.defineProperty(LazyLog.prototype, level, {
    value(this: { readonly own: FastifyBaseLogger }, ...given: unknown[]) {
      Reflect.apply(this.own[level], this.own, given)
    },
  })
}

// The compiler does not see the methods that are defined above.
export const lazyLog = (server: FastifyBaseLogger, bindings: Bindings): FastifyBaseLogger =>
  new LazyLog(server, bindings) as unknown as FastifyBaseLogger
