import type { FastifyBaseLogger } from 'fastify'
import type { JSONWebKeySet } from 'jose'
import type pg from 'pg'
import type { IsCommonPassword } from './accounts/common-passwords.ts'
import type { Config } from './config/config.ts'
import type { LastSeen } from './credentials/last-seen.ts'
import type { RememberedSessions } from './credentials/remembered.ts'
import type { Replicas } from './credentials/replicas.ts'
import type { ResolveAccessToken } from './credentials/resolve-access-token.ts'
import type { RecallSession, ResolveSession } from './credentials/resolve-session.ts'
import type { SigningKeys } from './credentials/signing-keys.ts'
import type { Keyring } from './crypto/keyring.ts'
import type { Database } from './db/database.ts'
import type { HeavyReads } from './db/heavy-reads.ts'
import type { Jobs } from './db/jobs.ts'
import type { EventHub } from './events/hub.ts'
import type { Decoders } from './files/decoders.ts'
import type { HealthCheck } from './http/health.ts'
import type { Inbox } from './mail/inbox.ts'
import type { Messages } from './messages/messages.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Lookups } from './oauth/lookups.ts'
import type { Endpoints } from './oauth/provider.ts'
import type { Outbound } from './outbound/ask.ts'
import type { OutboundPolicy } from './outbound/policy.ts'
import type { BreachedPasswords } from './ports/breached-passwords.ts'
import type { EventStream } from './ports/event-stream.ts'
import type { FileStore } from './ports/file-store.ts'
import type { MailDelivery } from './ports/mail-delivery.ts'
import type { RateCounter } from './ports/rate-counter.ts'
import type { RefusalLedger } from './refusals/ledger.ts'
import type { SearchIndex } from './search/search-index.ts'
import type { CountedHasher } from './throttling/hash-ticket.ts'
import type { Tracing } from './tracing/tracing.ts'
import type { FairTurns } from './waiting/fair-turns.ts'

/** Everything that the API process has opened. The code of a folder gets at it in no other way. */
export type Deps = {
  readonly config: Config
  readonly log: FastifyBaseLogger
  readonly db: Database
  readonly pool: pg.Pool
  readonly heavyReads: HeavyReads
  readonly keyring: Keyring
  readonly signingKeys: SigningKeys
  readonly hasher: CountedHasher
  /** Sign-ins by passkey wait here for one another. */
  readonly passkeyTurns: FairTurns
  readonly isCommonPassword: IsCommonPassword
  /** Undefined unless BREACHED_PASSWORDS_URL is set. */
  readonly breachedPasswords: BreachedPasswords | undefined
  readonly jobs: Jobs
  /** What users read, in each of their languages. */
  readonly messages: Messages
  readonly mailDelivery: MailDelivery
  /** Counts across replicas. */
  readonly sharedCounter: RateCounter
  /** Counts in this process, which is exact enough for cheap routes. */
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
  readonly resolveConsole: ResolveSession
  readonly resolveAccessToken: ResolveAccessToken
  readonly outboundPolicy: OutboundPolicy
  readonly outbound: Outbound
  /** What providers publish, for as long as it may be remembered. */
  readonly discoveries: Lookups<Endpoints>
  readonly providerKeys: Lookups<JSONWebKeySet>
  /** Undefined with REFUSAL_LEDGER=off. */
  readonly refusals: RefusalLedger | undefined
  /** Undefined unless metrics are configured. */
  readonly metrics: Metrics | undefined
  /** Undefined unless an endpoint for traces is configured. */
  readonly tracing: Tracing | undefined
  readonly healthChecks: Readonly<Record<string, HealthCheck>>
  readonly inbox: Inbox | undefined
}

export type OpenedDeps = Deps & { close(): Promise<void> }
