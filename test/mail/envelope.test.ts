import PostalMime from 'postal-mime'
import { afterEach, describe, expect, test } from 'vitest'
import { smtpSender } from '../../src/mail/smtp.ts'
import { type Mailbox, nameToGreetWith, parseMailbox } from '../../src/text/mailbox.ts'
import { appWith } from '../support/mail-way.ts'
import { openScriptedServer, type ScriptedServer, willing } from '../support/scripted-mail-server.ts'

const withUtf8 = { ...willing, EHLO: '250-here\r\n250 SMTPUTF8' }
const from = 'Postern <no-reply@example.com>'
let smtp: ScriptedServer
afterEach(() => smtp.close())

async function senderTo(answers: Readonly<Record<string, string>>, options: object = {}) {
  smtp = await openScriptedServer(answers)
  return smtpSender({ url: smtp.url, from, deadlineMs: 5000, ...options })
}

const letter = { messageId: '<1@example.com>', subject: 's', text: 't', html: '<p>t</p>', language: 'en' }
const told = (word: string) => smtp.lines.filter((line) => line.startsWith(word))

describe('the envelope', () => {
  test.each([
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
    ['ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['ada@straße.example', 'ada@xn--strae-oqa.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
  ])('%s is asked for in A-labels, whether the server has SMTPUTF8 or not [FD30]', async (to, mailbox) => {
    for (const answers of [willing, withUtf8]) {
      const sender = await senderTo(answers)
      await sender.probe(to)
      await sender.send({ ...letter, to })
      expect(told('RCPT TO')).toEqual([`RCPT TO:<${mailbox}>`, `RCPT TO:<${mailbox}>`])
      expect(told('MAIL FROM').join()).not.toContain('SMTPUTF8')
      expect(smtp.lines.join('\n')).toMatch(/^[\0-\x7f]*$/)
      await smtp.close()
    }
  })

  test('the sender and the Message-ID are in A-labels, and so is the header [FD30]', async () => {
    const sender = await senderTo(willing, { from: 'Bücher <post@bücher.example>' })
    await sender.send({ ...letter, to: 'ada@example.com' })
    expect(told('MAIL FROM')).toEqual(['MAIL FROM:<post@xn--bcher-kva.example>'])
    const { from: shown } = await PostalMime.parse(smtp.lines.join('\r\n'))
    expect(shown).toEqual({ name: 'Bücher', address: 'post@xn--bcher-kva.example' })
  })

  test.each(['jürgen@example.com', 'jürgen@bücher.example', '用户@example.com', '😀@example.com'])(
    '%s needs SMTPUTF8: by it where the server has it, else nothing is sent and it is said why [FD30]',
    async (to) => {
      const able = await senderTo(withUtf8)
      await able.send({ ...letter, to })
      expect(told('MAIL FROM')).toEqual([expect.stringMatching(/ SMTPUTF8$/)])
      await smtp.close()
      const unable = await senderTo(willing)
      for (const tried of [() => unable.send({ ...letter, to }), () => unable.probe(to)])
        await expect(tried()).rejects.toMatchObject({ status: '5.6.7', message: expect.stringContaining('SMTPUTF8') })
      expect([...told('MAIL'), ...told('RCPT')]).toEqual([])
    },
  )

  test('a MAIL_FROM that needs SMTPUTF8 is said to be why, and the mail waits for another [FD30]', async () => {
    const sender = await senderTo(willing, { from: 'jürgen@example.com' })
    const refusal = await sender.send({ ...letter, to: 'ada@example.com' }).catch((error: Error) => error)
    expect(refusal).toMatchObject({ message: expect.stringContaining('MAIL_FROM') })
    expect(refusal).not.toHaveProperty('status')
    expect(told('MAIL')).toEqual([])
  })

  test('an address that the mail server cannot be told of answers alike with and without an account [FD30]', async () => {
    smtp = await openScriptedServer(willing)
    const app = await appWith({ SMTP_URL: smtp.url })
    const [known, unknown] = ['jürgen@example.com', 'jörg@example.com']
    await app.sql(
      `insert into users (id, email, email_key, handle, display_name, password_hash)
       values (gen_random_uuid(), $1, $1, 'jurgen', 'J', 'none')`,
      [known],
    )
    for (const route of ['forgot-password', 'resend-verification-email']) {
      const [first, second] = await Promise.all(
        [known, unknown].map(async (email) => app.client().post(`/v0/auth/${route}`, { email })),
      )
      expect(first?.status).toBe(502)
      expect([first?.status, first?.body]).toEqual([second?.status, second?.body])
    }
    expect(told('MAIL')).toEqual([])
  })
})

describe('the greeting', () => {
  const greeted = async (options: object) => {
    await (await senderTo(willing, options)).probe('ada@example.com')
    return told('EHLO')[0]?.slice('EHLO '.length)
  }

  test.each(['mail.example.com', '[192.0.2.1]', '[IPv6:2001:db8::1]'])('%s, as SMTP_NAME says [FD31]', async (name) => {
    expect(await greeted({ name })).toBe(name)
  })

  test('a name by the rule where SMTP_NAME is unset, whatever this machine is called [FD31]', async () => {
    expect(await greeted({})).toMatch(/^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/)
  })

  test.each([
    ['vm', 'no-reply@example.com', 'example.com'],
    ['3f2a1b9c0d4e', 'no-reply@bücher.example', 'xn--bcher-kva.example'],
    ['my_host.internal', 'no-reply@example.com', 'example.com'],
    ['10.0.0.5', 'no-reply@example.com', 'example.com'],
    ['', 'no-reply@example.com', 'example.com'],
    ['vm', 'postern@localhost', '[127.0.0.1]'],
    ['vm', 'postern@[192.0.2.1]', '[192.0.2.1]'],
    ['MX1.Example.NET', 'no-reply@example.com', 'mx1.example.net'],
  ])('of a machine called %j, from %s: %s [FD31]', (machine, sender, name) => {
    expect(nameToGreetWith(parseMailbox(sender) as Mailbox, machine)).toBe(name)
  })
})

describe('the name of the sender', () => {
  test.each([
    ['Team: Example <a@example.org>', 'Team: Example'],
    ['"Team: Example" <a@example.org>', 'Team: Example'],
    ['Example (Support) <a@example.org>', 'Example (Support)'],
    ['Example; Inc. <a@example.org>', 'Example; Inc.'],
    ['Example, Inc. <a@example.org>', 'Example, Inc.'],
    ['a@example.com <a@example.org>', 'a@example.com'],
    ['Ada "Countess" Lovelace <a@example.org>', 'Ada "Countess" Lovelace'],
    ['"Ada \\"Countess\\" Lovelace" <a@example.org>', 'Ada "Countess" Lovelace'],
    ['Back\\slash <a@example.org>', 'Back\\slash'],
    ['[Example] <a@example.org>', '[Example]'],
    ['Tëam: (Bücher); Größe, Ltd. <a@example.org>', 'Tëam: (Bücher); Größe, Ltd.'],
    ['株式会社: 例 <a@example.org>', '株式会社: 例'],
    ['a@example.org', ''],
    ['<a@example.org>', ''],
  ])('%s arrives as it is, from one address [FD33]', async (text, name) => {
    const sender = await senderTo(willing, { from: text })
    await sender.send({ ...letter, to: 'ada@example.com' })
    expect(told('MAIL FROM')).toEqual(['MAIL FROM:<a@example.org>'])
    const message = smtp.lines.slice(smtp.lines.indexOf('DATA') + 1).join('\r\n')
    const { from: shown } = await PostalMime.parse(message)
    expect(shown).toEqual({ name, address: 'a@example.org' })
    if (name !== '' && /^[\x20-\x7e]*$/.test(name) && /[^\w ]/.test(name)) expect(message).toMatch(/^From: "/m)
  })
})
