import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { answers, installPackage } from './debian-package.ts'

const run = promisify(execFile)

/** Only root may start it. */
export async function hasPostfix(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  if (!(await answers('postconf', ['mail_version']))) await installPackage('postfix')
  return answers('postconf', ['mail_version'])
}

/** `main.cf`, without what every one of the tests has. */
type Settings = Readonly<Record<string, string>>
/** Where it listens, and its settings there. */
type Listener = { readonly host: string; readonly port: number; readonly settings: Settings }

export type Postfix = { stop(): Promise<void> }

/** One of its own folder, beside whatever the machine has. */
export async function startPostfix(settings: Settings, listeners: readonly Listener[]): Promise<Postfix> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-postfix-'))
  const [configuration, data, queue] = ['etc', 'data', 'queue'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  // Its own user looks into all of them.
  await run('mkdir', ['-m', '755', configuration, data, queue])
  await run('chmod', ['755', folder])
  await run('chown', ['postfix', data])
  await writeFile(join(configuration, 'main.cf'), linesOf({ ...settingsIn(folder), ...settings }))
  await writeFile(
    join(configuration, 'master.cf'),
    [...listeners.map(listenerLine), ...services].join('\n').concat('\n'),
  )
  const control = (verb: string) => run('postfix', ['-c', configuration, verb])
  await control('start')
  return {
    stop: async () => {
      await control('abort')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const settingsIn = (folder: string): Settings => ({
  compatibility_level: '3.6',
  queue_directory: join(folder, 'queue'),
  data_directory: join(folder, 'data'),
  maillog_file: join(folder, 'log'),
  maillog_file_prefixes: folder,
  myhostname: 'mail.example.com',
  mydestination: '',
  // Whoever can reach it here may use it.
  mynetworks: '0.0.0.0/0',
  alias_maps: '',
  alias_database: '',
  // No test waits for a name server.
  smtp_dns_support_level: 'disabled',
  smtpd_peername_lookup: 'no',
  smtpd_error_sleep_time: '0',
})

const linesOf = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('')

const listenerLine = ({ host, port, settings }: Listener): string =>
  [
    `${host}:${port} inet n - n - - smtpd`,
    ...Object.entries(settings).map(([name, value]) => `  -o { ${name} = ${value} }`),
  ].join('\n')

/** Those of Debian's `master.cf` that a relay needs, none in a chroot. */
const services = [
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 300 1 qmgr',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'proxymap unix - - n - - proxymap',
  'relay unix - - n - - smtp',
  'smtp unix - - n - - smtp',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'discard unix - - n - - discard',
  'anvil unix - - n - 1 anvil',
  'scache unix - - n - 1 scache',
  'postlog unix-dgram n - n - 1 postlogd',
]
