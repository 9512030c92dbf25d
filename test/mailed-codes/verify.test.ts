import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { makeToken } from '../../src/crypto/secret-token.ts'
import { startApp, useApp } from '../support/app.ts'
import {
  forgetDevices,
  mailedToken,
  mailsTo,
  newPerson,
  signedInOnDevice,
  signedUp,
  signUp,
} from '../support/people.ts'
import { ageTotp, codeOf as currentCode, eventsOf, prolongBlocks, withTotp } from '../totp/support.ts'
import {
  appStart,
  type Begun,
  begin,
  beginAs,
  begun,
  mailedCode,
  postLink,
  start,
  succeeds,
  typeDigits,
  verifyOf,
  wrong,
} from './support.ts'

const app = useApp()

const expire = ({ person }: Begun) =>
  app.sql("update mailed_tokens set expires_at = now() - interval '1 second' where address_key = $1", [person.email])
const codeOf = async (answer: Promise<{ code: string | undefined }>) => (await answer).code

describe.each([start, appStart])('POST %s/verify', (url) => {
  const isApp = url === appStart
  const ok = succeeds(url)

  test('digits sign in, on a device that is known from then on [FD80]', async () => {
    const who = await begun(app, url, { remember_me: true })
    const answer = await typeDigits(who, who.digits)
    expect([answer.status, answer.code]).toEqual([ok, undefined])
    if (isApp) {
      expect(answer.body).toEqual({
        token: expect.stringMatching(/^pst_/),
        device_token: expect.stringMatching(/^pdt_/),
      })
      who.client.headers.authorization = `Bearer ${String(answer.body.token)}`
    } else {
      expect(answer.setCookies).toEqual([
        expect.stringMatching(/^__Host-session_id=pst_.*Max-Age/),
        expect.stringMatching(/^__Host-device_id=pdt_/),
      ])
    }
    const { session } = (await who.client.get('/v0/auth/session')).body as { session: Record<string, unknown> }
    expect(session).toMatchObject({ methods: ['mail'], is_fresh: true, user: { email: who.person.email } })
    expect((await eventsOf(app, who.person)).slice(0, 3)).toEqual([
      'device_added',
      'login_succeeded',
      'email_sign_in_requested',
    ])
    const [event] = await app.sql(
      "select metadata from security_events where type = 'login_succeeded' order by id desc limit 1",
    )
    expect(event).toEqual({ metadata: { method: 'mail' } })
    const [notice] = await mailsTo(app, who.person.email, 3)
    expect(notice?.text).toMatch(
      /^A link or code that was mailed to you was used on a device that is new to your account/,
    )
  })

  test('with spaces, hyphens, or in the digits of another script, as people paste them', async () => {
    for (const spell of [
      (digits: string) => ` ${digits.slice(0, 3)} ${digits.slice(3)}\n`,
      (digits: string) => `${digits.slice(0, 3)}\u2011${digits.slice(3)}`,
      (digits: string) => digits.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
      (digits: string) => digits.replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit))),
    ]) {
      const who = await begun(app, url)
      expect((await typeDigits(who, spell(who.digits))).status).toBe(ok)
    }
  })

  test('the link does what the digits do, where it began without the address', async () => {
    const who = await begun(app, url)
    expect((await postLink(who, who.client)).status).toBe(ok)
  })

  test('email:invalid_code: other digits, none, too many; a try each [MC1]', async () => {
    const who = await begun(app, url)
    for (const code of [wrong(who.digits), '-', 'abcdef', `${who.digits}0`])
      expect(await codeOf(typeDigits(who, code))).toBe('email:invalid_code')
    expect((await typeDigits(who, who.digits)).status).toBe(ok)
  })

  test('email:invalid_code_token: unknown, of another kind, used, its tries used up [MC1]', async () => {
    const who = await begun(app, url)
    for (const code_token of ['x', makeToken('mailedCode').text, who.token])
      expect(await codeOf(typeDigits({ ...who, code_token }, who.digits))).toBe('email:invalid_code_token')
    expect((await typeDigits(who, who.digits)).status).toBe(ok)
    expect(await codeOf(typeDigits(who, who.digits))).toBe('email:invalid_code_token')
    const other = await begun(app, url)
    for (let tries = 0; tries < 5; tries++)
      expect(await codeOf(typeDigits(other, wrong(other.digits)))).toBe('email:invalid_code')
    expect(await codeOf(typeDigits(other, other.digits))).toBe('email:invalid_code_token')
    // The link cannot be guessed: it goes on.
    expect((await postLink(other, other.client)).status).toBe(ok)
  })

  test('email:invalid_code_token: where it did not begin, in another browser or form [MC1]', async () => {
    const who = await begun(app, url)
    const elsewhere = isApp ? { ...who, url: start } : { ...who, client: app.client() }
    const inOtherForm = { ...who, url: isApp ? start : appStart }
    for (const other of [elsewhere, inOtherForm])
      expect(await codeOf(typeDigits(other, who.digits))).toBe('email:invalid_code_token')
    expect((await typeDigits(who, who.digits)).status).toBe(ok)
  })

  test('email:code_token_expired; token:expired_sign_in', async () => {
    const who = await begun(app, url)
    await expire(who)
    expect(await codeOf(typeDigits(who, who.digits))).toBe('email:code_token_expired')
    expect(await codeOf(postLink(who, who.client))).toBe('token:expired_sign_in')
    await app.sql('update mailed_tokens set used_at = now() where address_key = $1', [who.person.email])
    expect(await codeOf(typeDigits(who, who.digits))).toBe('email:invalid_code_token')
    expect(await codeOf(postLink(who, who.client))).toBe('token:invalid_sign_in')
  })

  test('token:invalid_sign_in: unknown, of another purpose, used by itself or by its digits [MC4]', async () => {
    const person = await signUp(app)
    const other = await mailedToken(app, person.email)
    for (const token of ['x', makeToken('mailed').text, other])
      expect(await codeOf(app.client().post(verifyOf(url), { token }))).toBe('token:invalid_sign_in')
    const [byDigits, byLink] = [await begun(app, url), await begun(app, url)]
    await typeDigits(byDigits, byDigits.digits)
    await postLink(byLink, byLink.client)
    expect(await codeOf(postLink(byDigits, byDigits.client))).toBe('token:invalid_sign_in')
    expect(await codeOf(typeDigits(byLink, byLink.digits))).toBe('email:invalid_code_token')
  })

  test('general:bad_request: elsewhere a link needs the address; token:email_mismatch; nothing is spent [MC3 MC7]', async () => {
    const who = await begun(app, url)
    const foreign = isApp ? { ...who, url: start } : who
    const stranger = app.client()
    const without = await postLink(foreign, stranger)
    expect(without.body).toEqual({
      status: 400,
      code: 'general:bad_request',
      fields: [{ path: '/email', rule: 'required' }],
    })
    expect(await codeOf(postLink(foreign, stranger, newPerson().email))).toBe('token:email_mismatch')
    expect(await codeOf(postLink(who, who.client, newPerson().email))).toBe('token:email_mismatch')
    expect((await postLink(foreign, stranger, ` ${who.person.email.toUpperCase()}`)).status).toBe(succeeds(foreign.url))
  })

  test('general:bad_request: half a form, both, neither, digits as a number', async () => {
    const who = await begun(app, url)
    const { code_token, token, digits: code } = who
    for (const [body, fields] of [
      [{}, ['/token']],
      [{ token: null }, ['/token']],
      [{ code }, ['/code_token']],
      [{ code_token }, ['/code']],
      [{ code_token, code: null }, ['/code']],
      [{ code_token, code: '' }, ['/code']],
      [{ token, code }, undefined],
      [{ token, code_token, code }, undefined],
      [{ code_token, code: Number(code) }, ['/code']],
    ] as const) {
      const answer = await who.client.post(verifyOf(url), body)
      const said = answer.body.fields as readonly { path: string }[] | undefined
      expect([body, answer.code, said?.map(({ path }) => path)]).toEqual([body, 'general:bad_request', fields])
    }
    expect((await typeDigits(who, code)).status).toBe(ok)
  })

  test('general:validation_error: an address that is none', async () => {
    const { token } = await begun(app, url)
    expect(await codeOf(app.client().post(verifyOf(url), { token, email: 'ada' }))).toBe('general:validation_error')
  })

  test('user:banned: by digits and by link; nothing is spent', async () => {
    const who = await begun(app, url)
    await app.sql('update users set banned_at = now() where email = $1', [who.person.email])
    expect(await codeOf(typeDigits(who, who.digits))).toBe('user:banned')
    expect(await codeOf(postLink(who, who.client))).toBe('user:banned')
    await app.sql('update users set banned_at = null where email = $1', [who.person.email])
    expect((await typeDigits(who, who.digits)).status).toBe(ok)
  })

  test('a second factor is asked for after it; backup codes and device token go on as ever [MC8 MF5]', async () => {
    const { person, secret } = await withTotp(app)
    await ageTotp(app, person)
    const who = await beginAs(app, person, url)
    const answer = await typeDigits(who, who.digits)
    expect([answer.status, answer.body.methods]).toEqual([202, ['totp', 'backup_code']])
    expect(answer.setCookies).toEqual([])
    const totp = isApp ? '/v0/app/auth/totp/verify' : '/v0/auth/totp/verify'
    const code = await currentCode(app, secret)
    const done = await who.client.post(totp, { temp_token: answer.body.temp_token, code })
    expect([done.status, done.code]).toEqual([ok, undefined])
    const [session] = await app.sql('select methods from sessions order by created_at desc limit 1')
    expect(session).toEqual({ methods: ['mail', 'totp'] })
  })

  test('right digits do not end the count of wrong codes of the second factor; the second factor does [MC8 TH1]', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    try {
      const one = await withTotp(strict)
      await ageTotp(strict, one.person)
      const totp = isApp ? '/v0/app/auth/totp/verify' : '/v0/auth/totp/verify'
      const endBlocks = () => strict.sql('update failed_attempts set blocked_until = now()')
      const beginAgain = async () => {
        const who = await beginAs(strict, one.person, url)
        await endBlocks()
        const { status, body } = await typeDigits(who, who.digits)
        expect(status).toBe(202)
        return (code: string) => who.client.post(totp, { temp_token: body.temp_token, code })
      }
      const guess = await beginAgain()
      for (let tries = 0; tries < 4; tries++) expect(await codeOf(guess('000000'))).toBe('totp:invalid_code')
      const late = await beginAgain()
      await prolongBlocks(strict)
      expect(await codeOf(late(await one.code()))).toBe('rate_limit:exceeded')
      const finish = await beginAgain()
      await endBlocks()
      expect((await finish(await one.code())).status).toBe(ok)
      const next = await beginAgain()
      expect((await next(await one.code(1))).status).toBe(ok)
    } finally {
      await strict.close()
    }
  })

  test('rate_limit:exceeded: after five wrong codes of the account further ones wait, the link does not [MC1]', async () => {
    const strict = await startApp({ RATE_LIMITS: 'on' })
    try {
      const { person } = await signedUp(strict)
      const first = await beginAs(strict, person, url)
      for (let tries = 0; tries < 5; tries++) await typeDigits(first, wrong(first.digits))
      const next = await beginAs(strict, person, url)
      await prolongBlocks(strict)
      const answer = await typeDigits(next, next.digits)
      expect([answer.code, answer.headers['retry-after']]).toEqual(['rate_limit:exceeded', '3600'])
      expect((await postLink(next, next.client)).status).toBe(ok)
    } finally {
      await strict.close()
    }
  })
})

describe('POST /v0/auth/email-sign-in/verify', () => {
  test('FORBIDDEN: a live session of another account; of the same one it goes on; no try is counted', async () => {
    const who = await begun(app)
    const { client: other } = await signedUp(app)
    for (const [name, value] of other.cookies) who.client.cookies.set(name, value)
    for (let tries = 0; tries < 6; tries++) expect(await codeOf(typeDigits(who, who.digits))).toBe('FORBIDDEN')
    expect(await codeOf(postLink(who, who.client))).toBe('FORBIDDEN')
    who.client.cookies.delete('__Host-session_id')
    expect((await typeDigits(who, who.digits)).status).toBe(204)
    const { code_token } = await begin(who.client, who.person.email)
    const { digits } = await mailedCode(app, who.person.email, 3)
    const again = await typeDigits({ ...who, code_token }, digits)
    expect([again.status, again.code]).toEqual([204, undefined])
  })

  test('of 200 guesses at once five are looked at [MC1]', async () => {
    const who = await begun(app)
    const codes = Array.from({ length: 199 }, () => wrong(who.digits))
    const answers = await Promise.all([...codes, who.digits].map((code) => typeDigits(who, code)))
    const looked = answers.filter(({ code }) => code !== 'email:invalid_code_token')
    expect(looked).toHaveLength(5)
    const [row] = await app.sql('select tries from mailed_tokens where address_key = $1 and purpose = $2', [
      who.person.email,
      'sign_in',
    ])
    expect(row).toEqual({ tries: 5 })
  })

  test('of a link against digits, 50 at once, one wins [MC4]', async () => {
    const who = await begun(app)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 10 === 0 ? typeDigits(who, who.digits) : postLink(who, who.client),
      ),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(new Set(answers.map(({ code }) => code))).toEqual(
      new Set([undefined, 'token:invalid_sign_in', 'email:invalid_code_token']),
    )
  })

  test('GET, HEAD and OPTIONS consume nothing [MC3]', async () => {
    const who = await begun(app)
    for (const method of ['GET', 'HEAD', 'OPTIONS'] as const)
      await app.app.inject({
        method,
        url: `${verifyOf(start)}?token=${who.token}`,
        headers: { host: 'auth.example.com' },
      })
    expect((await postLink(who, who.client)).status).toBe(204)
  })

  test('what opens the account changes: link and digits are void [MC4 TK2]', async () => {
    const { person, client } = await signedInOnDevice(app)
    const body = { current_password: person.password, new_password: 'another pass phrase' }
    const who = await beginAs(app, person)
    expect((await client.post('/v0/auth/change-password', body)).status).toBe(204)
    expect(await codeOf(typeDigits(who, who.digits))).toBe('email:invalid_code_token')
    expect(await codeOf(postLink(who, who.client))).toBe('token:invalid_sign_in')
  })

  test('after a hundred wrong codes in a row codes rest, and whoever has the address is told; a link ends it [MC1]', async () => {
    // A hundred, scaled as tries are.
    const who = await begun(app)
    const { person } = who
    const most = 100_000
    const key = `mailed:account:${(await app.sql<{ id: string }>('select id from users where email = $1', [person.email]))[0]?.id}`
    await app.sql(
      "insert into failed_attempts (key, count, forgotten_at) values ($1, $2, now() + interval '30 days') on conflict do nothing",
      [key, most - 1],
    )
    await app.sql("update sessions set created_at = now() - interval '1 hour'")
    expect(await codeOf(typeDigits(who, wrong(who.digits)))).toBe('email:invalid_code')
    expect(await codeOf(typeDigits(who, who.digits))).toBe('rate_limit:exceeded')
    const news = await mailsTo(app, person.email, 3)
    expect(news.map(({ subject }) => subject)).toContain('Mailed codes no longer sign in to your account')
    expect((await postLink(who, who.client)).status).toBe(204)
    await forgetDevices(app, who.client, person.email)
    const next = await beginAs(app, person)
    expect((await typeDigits(next, next.digits)).status).toBe(204)
  })
})

test('digits, link and code token are nowhere but in the mail and the answer: no table, log, error or metric [MC5]', async () => {
  const everywhere = async (): Promise<string> => {
    const tables = await app.sql<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    )
    const rows = await Promise.all(
      tables.map(({ name }) => app.sql<{ row: string }>(`select t::text as row from "${name}" t`)),
    )
    const folder = join(inject('recordDir'), 'canary')
    const kept = readdirSync(folder).filter((file) => !file.startsWith('secrets'))
    const files = kept.map((file) => readFileSync(join(folder, file), 'utf8'))
    return [...rows.flat().map(({ row }) => row), ...files, (await app.deps.metrics?.read())?.text ?? ''].join('\n')
  }
  const finds = (text: string, digits: string) =>
    new RegExp(`(?<!\\w)${digits.slice(0, 3)}[ -]?${digits.slice(3)}(?!\\w)`).test(text)
  const before = await everywhere()
  let who = await begun(app)
  // Others may stand there by chance.
  while (finds(before, who.digits)) who = await begun(app)
  await typeDigits(who, wrong(who.digits))
  expect((await typeDigits(who, who.digits)).status).toBe(204)
  await typeDigits(who, who.digits)
  await postLink(who, who.client)
  const after = await everywhere()
  expect(after.length).toBeGreaterThan(before.length)
  expect(finds(after, who.digits)).toBe(false)
  for (const secret of [who.token, who.code_token]) expect(after).not.toContain(secret)
})
