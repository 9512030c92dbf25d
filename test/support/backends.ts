import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openEmbeddedDatabase } from '../../src/db/embedded/database.ts'
import { applyMigrations } from '../../src/db/migrate.ts'
import { type Pristine, readPristine } from './clear-database.ts'
import { runStatement, templateName, withDatabase } from './database.ts'
import { startOtlpReceiver } from './otlp-receiver.ts'
import { buildPrograms } from './programs.ts'
import { startRedis } from './redis.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
    /** What every new database of a test has. */
    pristine: Pristine
    redisUrl: string
    /** Where every test process writes down the errors that it saw. */
    recordDir: string
    /** What takes the spans of every app that a test starts. */
    otlpUrl: string
    /** The built programs, for the tests that start some. */
    programsDir: string
  }
}

/** Real backends for the whole run: one PostgreSQL with a migrated template database, one Redis; and the programs, built once. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'postern-test-'))
  // PostgreSQL does not run as root: its own user must get through.
  await chmod(home, 0o711)
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
    // A database lives for a few seconds here.
    autovacuum: 'off',
    // Nothing has to be found again after a crash.
    checkpoint_timeout: '1h',
    max_wal_size: '2GB',
    wal_level: 'minimal',
    max_wal_senders: '0',
  }
  const [postgres, redis, programs] = await Promise.all([
    openEmbeddedDatabase({ dataDir: join(home, 'data'), role: 'guest', settings }),
    startRedis(),
    buildPrograms(),
  ])
  await runStatement(postgres.url, `create database ${templateName}`)
  const url = withDatabase(postgres.url, templateName)
  await applyMigrations({ main: url, migration: url, direct: url })
  project.provide('postgresUrl', postgres.url)
  project.provide('pristine', await readPristine(url))
  project.provide('redisUrl', redis.url)
  const recordDir = join(home, 'seen')
  await mkdir(join(recordDir, 'canary'), { recursive: true })
  const collector = await startOtlpReceiver({ file: join(recordDir, 'canary', 'spans') })
  project.provide('recordDir', recordDir)
  project.provide('otlpUrl', collector.url)
  project.provide('programsDir', programs.folder)
  return async () => {
    await collector.stop()
    await redis.stop()
    await postgres.close()
    programs.remove()
    await rm(home, { recursive: true, force: true })
  }
}
