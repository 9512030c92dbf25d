import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: './test/support/backends.ts',
    pool: 'forks',
    // They wait for backends more than they compute.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'postern',
          include: ['test/**/*.test.ts'],
          exclude: ['test/verdict/**'],
          sequence: { groupOrder: 1 },
        },
      },
      // Holds what the whole run saw against what the routes declare.
      { extends: true, test: { name: 'verdict', include: ['test/verdict/*.test.ts'], sequence: { groupOrder: 2 } } },
    ],
  },
})
