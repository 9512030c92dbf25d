import { defineConfig } from 'vitest/config'

/** They measure how long a start or an answer takes, so nothing else may run beside them. */
const timed = [
  'test/faults/start-time.test.ts',
  'test/faults/postgres.test.ts',
  'test/faults/storm.test.ts',
  'test/ports/rate-counter.test.ts',
  'test/long/timing.test.ts',
  'test/long/mail-timing.test.ts',
  'test/long/breached-timing.test.ts',
  'test/long/search.test.ts',
  'test/long/oversight.test.ts',
  'test/long/admin-users.test.ts',
  'test/long/import.test.ts',
]

/** Crowds that work while programs are killed and backends are away: they wait more than they work, so among the other tests they begin first. */
const crowds = ['test/faults/kills.test.ts', 'test/faults/outages.test.ts']

/** In their long form they go before the others, one after the other: hundreds of kills leave nothing beside them the time it has. */
const first =
  process.env.FAULTS === 'long' ? { maxWorkers: 1, sequence: { groupOrder: 0 } } : { sequence: { groupOrder: 1 } }

export default defineConfig({
  test: {
    globalSetup: './test/support/backends.ts',
    setupFiles: ['./test/support/patience.ts'],
    pool: 'forks',
    // Modules are loaded once a worker: no test changes one, and loading costs more than many a file's tests.
    isolate: false,
    // They wait for backends more than they compute.
    maxWorkers: 4,
    // Only against hanging: beside the kills, on a slow machine, programs take five times as long to start.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'first', include: crowds, ...first } },
      {
        extends: true,
        test: {
          name: 'postern',
          include: ['test/**/*.test.ts'],
          exclude: ['test/verdict/**', ...crowds, ...timed],
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: 'timed', include: timed, maxWorkers: 1, sequence: { groupOrder: 2 } } },
      // Holds what the whole run saw against what the routes declare.
      { extends: true, test: { name: 'verdict', include: ['test/verdict/*.test.ts'], sequence: { groupOrder: 3 } } },
    ],
  },
})
