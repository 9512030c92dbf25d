import type { FastifyBaseLogger } from 'fastify'
import type { JSONWebKeySet } from 'jose'
import type pg from 'pg'
import type { ResolveAccessToken } from './access-tokens/resolve.ts'
import type { SigningKeys } from './access-tokens/signing-keys.ts'
import type { Config } from './config/config.ts'
import type { Keyring } from './crypto/keyring.ts'
import type { Database } from './db/client.ts'
import type { HeavyReads } from './db/heavy-reads.ts'
import type { Jobs } from './db/jobs.ts'
import type { EventHub } from './events/hub.ts'
import type { Decoders } from './files/decoders.ts'
import type { HealthCheck } from './http/health.ts'
import type { Inbox } from './mail/inbox.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Endpoints } from './oauth/provider.ts'
import type { Remembered } from './oauth/remembered.ts'
import type { Outbound } from './outbound/client.ts'
import type { OutboundPolicy } from './outbound/policy.ts'
import type { IsCommonPassword } from './password/common-passwords.ts'
import type { CountedHasher } from './password/hash-ticket.ts'
import type { EventStream } from './ports/event-stream.ts'
import type { FileStore } from './ports/file-store.ts'
import type { MailDelivery } from './ports/mail-delivery.ts'
import type { RateCounter } from './ports/rate-counter.ts'
import type { SearchIndex } from './ports/search-index.ts'
import type { LastSeen } from './sessions/last-seen.ts'
import type { RememberedSessions } from './sessions/remembered.ts'
import type { Replicas } from './sessions/replicas.ts'
import type { RecallSession, ResolveSession } from './sessions/resolve.ts'
import type { Tracing } from './tracing/tracing.ts'

/** Everything that the API process has opened; the only way in which a room gets at it. */
export type Deps = {
  readonly config: Config
  readonly log: FastifyBaseLogger
  readonly db: Database
  readonly pool: pg.Pool
  readonly heavyReads: HeavyReads
  readonly keyring: Keyring
  readonly signingKeys: SigningKeys
  readonly hasher: CountedHasher
  readonly isCommonPassword: IsCommonPassword
  readonly jobs: Jobs
  readonly mailDelivery: MailDelivery
  /** Counted across replicas. */
  readonly sharedCounter: RateCounter
  /** Counted in this process: exact enough for cheap routes. */
  readonly localCounter: RateCounter
  readonly eventStream: EventStream
  readonly eventHub: EventHub
  readonly fileStore: FileStore
  readonly decoders: Decoders
  readonly searchIndex: SearchIndex
  readonly lastSeen: LastSeen
  readonly replicas: Replicas
  readonly remembered: RememberedSessions
  readonly resolveSession: ResolveSession
  readonly recallSession: RecallSession
  readonly resolveAccessToken: ResolveAccessToken
  readonly outboundPolicy: OutboundPolicy
  readonly outbound: Outbound
  /** What providers publish of themselves, as long as it may be remembered. */
  readonly discoveries: Remembered<Endpoints>
  readonly providerKeys: Remembered<JSONWebKeySet>
  /** Where they are asked for. */
  readonly metrics: Metrics | undefined
  /** Where they are sent to. */
  readonly tracing: Tracing | undefined
  readonly healthChecks: Readonly<Record<string, HealthCheck>>
  readonly inbox: Inbox | undefined
}

export type OpenedDeps = Deps & { close(): Promise<void> }
