import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { grantRole } from '../../src/operator/operate-roles.ts'
import { useApp } from '../support/app.ts'
import { useFolder } from '../support/folder.ts'
import { mailsTo, signedUp, signUp } from '../support/people.ts'
import { runAdmin } from '../support/server-process.ts'

const app = useApp()
const dir = useFolder('import')

const bcrypt = '$2b$04$fOexQK2rqMphln7QGuRcUeD.JQ8VZxCPkB20barYmJfE8PKTduCuu'

const admin = (...parameters: string[]) => runAdmin(app, parameters)

function importLines(...lines: (object | string)[]) {
  const file = join(dir, 'accounts.jsonl')
  writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return admin('import-accounts', file)
}

let count = 0
const account = (more: object = {}) => {
  const number = ++count
  return { email: `import${number}@example.com`, handle: `import_${number}`, display_name: `Import ${number}`, ...more }
}
const dump = () =>
  app.sql(
    'select t::text from users t union all select t::text from handles t union all select t::text from security_events t order by 1',
  )

describe('import-accounts', () => {
  test('accounts with a verified address; a second time nothing changes', async () => {
    const lines = [account({ password_hash: bcrypt, created_at: '2020-02-03T04:05:06+01:00' }), account()]
    expect(await importLines(...lines)).toMatchObject({ code: 0, out: '2 accepted, 0 already there, 0 refused\n' })
    const before = await dump()
    expect(await importLines(...lines)).toMatchObject({ code: 0, out: '0 accepted, 2 already there, 0 refused\n' })
    expect(await dump()).toEqual(before)
    const [first, second] = lines
    expect(
      (await app.client().post('/v0/auth/login', { email: first?.email, password: 'correct horse battery' })).status,
    ).toBe(202)
    const profile = await app.client().get(`/v0/users/profile?handle=${first?.handle}`)
    expect(profile.body.created_at).toBe('2020-02-03T03:05:06.000Z')
    expect((await app.client().post('/v0/auth/forgot-password', { email: second?.email })).status).toBe(204)
    expect((await mailsTo(app, second?.email ?? ''))[0]?.subject).toBe('Set a password for your account')
  })

  test('every line that cannot be taken says why, without what it held; the others are accounts', async () => {
    const { person } = await signedUp(app)
    const waiting = await signUp(app)
    const good = [account(), account()]
    const { code, out, err } = await importLines(
      `\uFEFF${JSON.stringify(good[0])}\r`,
      '',
      'no JSON',
      '[]',
      account({ email: undefined }),
      account({ email: 'nobody' }),
      account({ handle: 'admin' }),
      account({ display_name: '<b>' }),
      account({ password_hash: 'hunter2' }),
      account({ password_hash: bcrypt.replace('$04', '$15') }),
      account({ created_at: '2999-01-01T00:00:00Z' }),
      account({ created_at: 'yesterday' }),
      account({ email: person.email }),
      account({ handle: person.handle }),
      account({ handle: waiting.handle }),
      account({ bio: 'x'.repeat(70_000) }),
      good[1] ?? {},
    )
    expect([code, err]).toEqual([1, ''])
    expect(out.trimEnd().split('\n')).toEqual([
      'line 3 refused: not a JSON object',
      'line 4 refused: not a JSON object',
      'line 5 refused: email is missing or malformed',
      'line 6 refused: email breaks the rule format',
      'line 7 refused: handle breaks the rule reserved',
      'line 8 refused: display_name breaks the rule charset',
      'line 9 refused: password_hash is none that is known',
      'line 10 refused: password_hash costs too much: 126.3 times a hash of this server, and 31.6 times is the most',
      'line 11 refused: created_at is in the future',
      'line 12 refused: created_at is missing or malformed',
      'line 13 refused: email is taken',
      'line 14 refused: handle is taken',
      'line 15 refused: handle is taken',
      'line 16 refused: longer than 65536 bytes',
      '2 accepted, 0 already there, 14 refused',
    ])
  })

  test('a file that is not there', async () => {
    expect((await admin('import-accounts', join(dir, 'nothing'))).code).toBe(1)
  })

  test('500 lines', async () => {
    const started = performance.now()
    const { out } = await importLines(...Array.from({ length: 500 }, () => account({ password_hash: bcrypt })))
    expect(out).toBe('500 accepted, 0 already there, 0 refused\n')
    process.stdout.write(`500 accounts imported in ${Math.round(performance.now() - started)} ms\n`)
  })
})

describe('the other commands', () => {
  test('grant', async () => {
    const { person, client } = await signedUp(app)
    expect(await admin('grant', person.email.toUpperCase(), 'admin')).toMatchObject({
      code: 0,
      out: expect.stringContaining('has the role admin now'),
    })
    expect((await client.get('/v0/user/me')).body.roles).toEqual(['admin'])
    expect(await grantRole(app.deps, person.email, 'admin')).toBe('held')
    expect(await grantRole(app.deps, 'nobody@example.com', 'admin')).toBe('unknown')
    expect((await admin('grant', person.email, 'root')).code).toBe(2)
  })

  test('keys rotate: what is sealed for long is sealed anew, and everything goes on', async () => {
    const { client } = await signedUp(app)
    const { secret } = (await client.post('/v0/auth/totp/setup')).body
    const box = async () => (await app.sql<{ box: Buffer }>('select sealed_secret as box from totp_secrets'))[0]?.box
    expect((await box())?.readUInt32BE(1)).toBe(1)
    expect(await admin('keys', 'rotate')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Secrets that were sealed again: 1.'),
    })
    expect((await box())?.readUInt32BE(1)).toBe(2)
    const { generateSync } = await import('otplib')
    expect((await client.post('/v0/auth/totp/enable', { code: generateSync({ secret: String(secret) }) })).status).toBe(
      200,
    )
    expect((await client.post('/v0/auth/token')).status).toBe(200)
  })
})
