import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { OperatorError } from '../../../src/sign-in/operator-error.ts'
import { useApp } from '../../support/app.ts'
import { useFolder } from '../../support/folder.ts'
import { exportFile, importHere } from './support.ts'

const app = useApp()
const dir = useFolder('import')

const odd = 'Übergröße ²½\u00a0ﬁnal µ´'
const unverified = 'email is not verified'
const disabled = 'the account is disabled'
const unkeepableId = 'id is no text, or a number that JSON rounds'
const noEmail = 'email is missing or malformed'
const hashConfig = { 'hash-config': exportFile('firebase-hash-config.txt') }

type Export = {
  readonly from: string
  readonly file: string
  readonly more?: object
  /** Of each account in turn: its handle, # for digits, and how it came about; or why it is refused. */
  readonly fates: readonly string[]
  /** Where there are hashes. */
  readonly password?: string
  /** Of the first account. */
  readonly first: { readonly email: string; readonly name: string; readonly createdAt?: string }
}

const auth0 = { email: 'ada@auth0.example', name: 'Ada Lovelace', createdAt: '2021-03-05T16:35:16.775Z' }
const firebase = { email: 'ada@firebase.example', name: 'Ada, Countess', createdAt: '2017-10-25T01:12:05.000Z' }
const supabase = { email: 'ada@supabase.example', name: 'Ada, "the" Countess', createdAt: '2024-01-01T00:00:00.000Z' }
const cognito = { email: 'ada@cognito.example', name: 'Ada Lovelace' }
const wordpress = { email: 'ada@wordpress.example', name: 'Ada 3 Lovelace', createdAt: '2019-08-07T12:34:56.000Z' }
const betterAuth = { email: 'ada@better.example', name: 'Ada Lovelace', createdAt: '2024-05-06T07:08:09.000Z' }
const ofFirebase = ['ada# numbered', 'bob# numbered', unverified, disabled, noEmail]
const ofWordpress = [
  'ada_lovelace made',
  'bob# numbered',
  'carol made',
  'password_hash is none that is known',
  disabled,
]
const ofBetterAuth = ['ada_better kept', 'bob# numbered', unverified, disabled]

/** Their hashes are of each system's own library, the rest is as its documentation and its exporter write it: exports/README.md. */
const exports: readonly Export[] = [
  {
    from: 'auth0',
    file: 'auth0.ndjson',
    more: { hashes: exportFile('auth0-hashes.ndjson') },
    fates: ['ada_lovelace made', 'bob# numbered', unverified, disabled, noEmail],
    password: odd,
    first: auth0,
  },
  {
    from: 'auth0',
    file: 'auth0-hashes.ndjson',
    fates: ['ada# numbered', unverified],
    password: odd,
    first: { email: auth0.email, name: 'ada#' },
  },
  {
    from: 'firebase',
    file: 'firebase.json',
    more: hashConfig,
    fates: ofFirebase,
    password: 'user1password',
    first: firebase,
  },
  {
    from: 'firebase',
    file: 'firebase.csv',
    more: hashConfig,
    fates: ofFirebase,
    password: 'user1password',
    first: firebase,
  },
  {
    from: 'keycloak',
    file: 'keycloak.json',
    fates: ['ada_kc kept', 'bob_kc kept', 'carol_kc kept', 'dora_kc kept', unverified, disabled, disabled],
    password: odd,
    first: { email: 'ada@keycloak.example', name: 'Ada Lovelace', createdAt: '2023-11-14T22:13:20.000Z' },
  },
  ...['supabase.csv', 'supabase.json'].map((file) => ({
    from: 'supabase',
    file,
    fates: ['ada_l kept', 'bob# numbered', unverified, disabled, disabled],
    password: odd,
    first: supabase,
  })),
  {
    from: 'cognito',
    file: 'cognito.json',
    fates: ['ada_c kept', 'bob_cognito kept', unverified, disabled, noEmail],
    first: { ...cognito, createdAt: '2021-03-05T15:35:16.775Z' },
  },
  {
    from: 'cognito',
    file: 'cognito.csv',
    fates: ['ada_c kept', 'bob_cognito kept', unverified, noEmail],
    first: cognito,
  },
  ...['wordpress.csv', 'wordpress.json'].map((file) => ({
    from: 'wordpress',
    file,
    fates: ofWordpress,
    password: odd,
    first: wordpress,
  })),
  { from: 'better-auth', file: 'better-auth.json', fates: ofBetterAuth, password: odd, first: betterAuth },
  {
    from: 'better-auth',
    file: 'better-auth-users.json',
    more: { hashes: exportFile('better-auth-accounts.json') },
    fates: ofBetterAuth,
    password: odd,
    first: betterAuth,
  },
  {
    from: 'kratos',
    file: 'kratos.json',
    fates: ['ada_kratos kept', 'bob# numbered', unverified, disabled],
    password: 'test',
    first: { email: 'ada@kratos.example', name: 'Ada Lovelace', createdAt: '2023-01-02T03:04:05.678Z' },
  },
  {
    from: 'discourse',
    file: 'discourse.csv',
    fates: ['ada_disc kept', 'Bob_Builder made', unverified, disabled],
    password: odd,
    first: { email: 'ada@discourse.example', name: 'Ada Lovelace', createdAt: '2022-02-03T04:05:06.123Z' },
  },
]

/** Without where it stands, and without digits that are drawn. */
const bare = (fates: readonly string[]): string[] =>
  fates.map((fate) => fate.replace(/^[^:]*: /, '').replace(/\d+ numbered$/, '# numbered'))

const rowOf = async (email: string) =>
  (
    await app.sql<{ name: string; created_at: Date; handle: string }>(
      'select display_name as name, created_at, handle from users where email = $1',
      [email],
    )
  )[0]

describe.each(exports)('--from $from $file', ({ from, file, more, fates, password, first }) => {
  test('a dry run says what becomes of each, and writes nothing [FD25]', async () => {
    await app.sql("delete from handles where user_id in (select id from users where email like '%.example')")
    await app.sql("delete from users where email like '%.example'")
    const before = await app.sql('select count(*) from users')
    const { fates: foreseen, tally } = await importHere(app, exportFile(file), { from, 'dry-run': true, ...more })
    expect(bare(foreseen)).toEqual(fates)
    expect([tally.accepted + tally.refused, tally.known]).toEqual([fates.length, 0])
    expect(await app.sql('select count(*) from users')).toEqual(before)
  })

  test('its accounts sign in with their passwords; a second time nothing changes [FD25]', async () => {
    expect(bare((await importHere(app, exportFile(file), { from, ...more })).fates)).toEqual(fates)
    const made = await rowOf(first.email)
    expect(made?.name.replace(/\d+$/, '#')).toBe(first.name)
    if (first.createdAt !== undefined) expect(made?.created_at.toISOString()).toBe(first.createdAt)
    if (password !== undefined) {
      const login = await app.client().post('/v0/auth/login', { email: first.email, password })
      expect([login.status, login.body.status]).toEqual([202, 'device_verification_required'])
    }
    const again = await importHere(app, exportFile(file), { from, ...more })
    expect(bare(again.fates)).toEqual(fates.map((fate) => (/ (?:kept|made|numbered)$/.test(fate) ? 'known' : fate)))
    expect(await rowOf(first.email)).toEqual(made)
  })
})

test('every hash of the realm verifies: argon2 and the three kinds of PBKDF2 [FD25]', async () => {
  for (const name of ['bob', 'carol', 'dora']) {
    const login = await app.client().post('/v0/auth/login', { email: `${name}@keycloak.example`, password: odd })
    expect(login.status).toBe(401)
  }
  await importHere(app, exportFile('keycloak.json'), { from: 'keycloak' })
  for (const name of ['bob', 'carol', 'dora']) {
    const login = await app.client().post('/v0/auth/login', { email: `${name}@keycloak.example`, password: odd })
    expect(login.status).toBe(202)
  }
})

test('without --hash-config an account of Firebase that has a hash is refused, and one without is taken', async () => {
  const { fates } = await importHere(app, exportFile('firebase.json'), { from: 'firebase', 'dry-run': true })
  expect(bare(fates).slice(0, 2)).toEqual(['password_hash needs --hash-config', 'bob# numbered'])
})

test.each([
  ['discourse', 'discourse.csv', /,fe034aa565624d21ecbe1f4953b28519,/, ',,'],
  ['firebase', 'firebase.json', /"salt": ?"[^"]+"/, '"salt":""'],
  ['keycloak', 'keycloak.json', /\\"salt\\": ?\\"[^"\\]+\\"/, '\\"salt\\":\\"\\"'],
])(
  'from %s: a hash whose salt is missing is refused, as no password would ever match it',
  async (from, name, salt, none) => {
    const text = readFileSync(exportFile(name), 'utf8')
    const file = join(dir, `saltless-${name}`)
    writeFileSync(file, text.replace(salt, none))
    expect(readFileSync(file, 'utf8')).not.toBe(text)
    const options = from === 'firebase' ? { from, ...hashConfig } : { from }
    const { fates } = await importHere(app, file, { ...options, 'dry-run': true })
    expect(bare(fates)).toContain('password_hash has no salt')
  },
)

const hash = '$2b$04$SopVAKz3PXBikFULFcS5quh.1FSDIvGstX7xTCAx3aoBCscQXxPiW'
const ofBetter = (id: unknown, name: string) => ({ id, email: `${name}@odd.example`, emailVerified: true, name })

/** Each with what becomes of its accounts, and how many of them have a password. */
test.each<[from: string, what: string, content: object, fates: string[], withHash: number]>([
  [
    'supabase',
    'confirmed by phone alone',
    [
      {
        email: 'a@odd.example',
        email_confirmed_at: null,
        phone_confirmed_at: '2024-01-01',
        confirmed_at: '2024-01-01',
      },
    ],
    [unverified],
    0,
  ],
  [
    'kratos',
    'that were typed in capitals, or of which a later one is verified',
    [
      { traits: { email: 'Ada@Odd.example' }, verifiable_addresses: [{ value: 'ada@odd.example', verified: true }] },
      {
        traits: { emails: ['bob@odd.example', 'bobby@odd.example'] },
        verifiable_addresses: [
          { value: 'bob@odd.example', verified: false },
          { value: 'bobby@odd.example', verified: true },
        ],
      },
      { traits: { email: 'eve@odd.example' }, verifiable_addresses: [{ value: '+4912345', verified: true }] },
    ],
    ['Ada# numbered', 'bobby made', unverified],
    0,
  ],
  [
    'kratos',
    'out of MySQL, which writes true as 1',
    [{ traits: { email: 'anna@odd.example' }, verifiable_addresses: [{ value: 'anna@odd.example', verified: 1 }] }],
    ['anna made'],
    0,
  ],
  [
    'supabase',
    'confirmed at what is no time',
    ['NULL', false, '0001-01-01T00:00:00Z'].map((at) => ({ email: 'a@odd.example', email_confirmed_at: at })),
    [unverified, unverified, unverified],
    0,
  ],
  [
    'better-auth',
    'whose id or hash holds what PostgreSQL cannot keep',
    {
      user: [ofBetter('a\0', 'anna'), ofBetter('b', 'beth'), ofBetter('c', 'carl'), ofBetter('d\ud800', 'dora')],
      account: [
        { userId: 'a\0', providerId: 'credential', password: hash },
        { userId: 'b', providerId: 'credential', password: `${hash}\0` },
        { userId: 'c', providerId: 'credential', password: hash },
      ],
    },
    [unkeepableId, 'password_hash is none that is known', 'carl made', unkeepableId],
    1,
  ],
  [
    'better-auth',
    'whose ids are numbers',
    {
      user: [ofBetter(1, 'anna'), ofBetter(2, 'beth'), ofBetter(2 ** 53, 'carl')],
      account: [
        { id: 7, userId: 1, providerId: 'credential', password: hash },
        { id: 8, userId: 2, providerId: 'google' },
        { id: 9, userId: 2 ** 53, providerId: 'credential', password: hash },
      ],
    },
    ['anna made', 'beth made', unkeepableId],
    1,
  ],
  [
    'better-auth',
    'joined to several connections each',
    [
      { ...ofBetter('a1', 'anna'), userId: 'u1', providerId: 'google', password: null },
      { ...ofBetter('a2', 'anna'), userId: 'u1', providerId: 'credential', password: hash },
    ],
    ['anna made', 'known'],
    1,
  ],
  [
    'discourse',
    'suspended for ever',
    [{ email: 'a@odd.example', active: true, username: 'anna', suspended_till: 'infinity' }],
    [disabled],
    0,
  ],
])('from %s: accounts %s [FD25]', async (from, what, content, expected, withHash) => {
  const file = join(dir, `${from} ${what}.json`)
  writeFileSync(file, JSON.stringify(content))
  const { fates, tally } = await importHere(app, file, { from, 'dry-run': true })
  expect([bare(fates), tally.withHash]).toEqual([expected, withHash])
})

test('packed by gzip, as Auth0 gives it, and in UTF-16, as PowerShell writes it', async () => {
  const text = readFileSync(exportFile('cognito.json'), 'utf8')
  const packed = join(dir, 'cognito.json.gz')
  writeFileSync(packed, gzipSync(text))
  const wide = join(dir, 'cognito.json')
  writeFileSync(wide, Buffer.from(`\uFEFF${text}`, 'utf16le'))
  const plain = await importHere(app, exportFile('cognito.json'), { from: 'cognito', 'dry-run': true })
  for (const file of [packed, wide])
    expect((await importHere(app, file, { from: 'cognito', 'dry-run': true })).fates).toEqual(plain.fates)
})

test.each<[string, Buffer, RegExp]>([
  [
    'in Latin-1, as spreadsheets write it',
    Buffer.from('user_email,display_name\na@odd.example,José', 'latin1'),
    /not UTF-8/,
  ],
  ['packed, but cut off', gzipSync('user_email\na@odd.example\n').subarray(0, -9), /cut off/],
])('a file %s is refused in one sentence', async (_what, bytes, says) => {
  const file = join(dir, 'unreadable.csv')
  writeFileSync(file, bytes)
  const imported = importHere(app, file, { from: 'wordpress', 'dry-run': true })
  await expect(imported).rejects.toThrow(OperatorError)
  await expect(imported).rejects.toThrow(says)
})

test('a name that is too long is cut between two characters as readers see them', async () => {
  const file = join(dir, 'long-names.csv')
  const rows = [`${'x'.repeat(47)}👩‍👩‍👧‍👦 y`, `xx${'क्षि '.repeat(20)}`].map(
    (name, index) => `long_${index},long${index}@names.example,${name}`,
  )
  writeFileSync(file, ['user_login,user_email,display_name', ...rows].join('\n'))
  const { tally } = await importHere(app, file, { from: 'wordpress' })
  expect(tally).toMatchObject({ accepted: 2 })
  expect((await rowOf('long0@names.example'))?.name).toBe('x'.repeat(47))
  expect((await rowOf('long1@names.example'))?.name).toBe(`xx${'क्षि '.repeat(9).trim()}`)
})

test('of accounts that want the same handle the first has it, the others get digits', async () => {
  const file = join(dir, 'same.csv')
  const rows = Array.from({ length: 700 }, (_, index) => `same.name,same_name@d${index}.many.example,Same`)
  writeFileSync(file, ['user_login,user_email,display_name', ...rows].join('\n'))
  const { tally } = await importHere(app, file, { from: 'wordpress' })
  expect(tally).toMatchObject({ accepted: 700, refused: 0, handles: { kept: 0, made: 1, numbered: 699 } })
  const [{ count } = { count: '' }] = await app.sql<{ count: string }>(
    "select count(distinct lower(handle)) from users where email like '%.many.example'",
  )
  expect(count).toBe('700')
})
