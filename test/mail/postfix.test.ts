import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { brandOf } from '../../src/mail/brand.ts'
import type { MailContent } from '../../src/mail/letters.ts'
import { sampleMails } from '../../src/mail/samples.ts'
import { messageIdOf, smtpSender } from '../../src/mail/smtp.ts'
import { renderMail } from '../../src/mail/templates.ts'
import { openMessages } from '../../src/messages/messages.ts'
import { freePort } from '../support/free-port.ts'
import { hasPostfix, type Postfix, startPostfix } from '../support/postfix.ts'
import { openScriptedServer, type ScriptedServer, willing } from '../support/scripted-mail-server.ts'

const run = promisify(execFile)

/** Not loopback, where any certificate will do. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address

const ports = { strict: 0, unicode: 0, starttls: 0, tls: 0 }
let folder: string
/** Where it sends on what it takes. */
let next: ScriptedServer | undefined
let postfix: Postfix | undefined

beforeAll(async () => {
  if (address === undefined || !(await hasPostfix())) return
  folder = await mkdtemp(join(tmpdir(), 'postern-mail-'))
  next = await openScriptedServer({ ...willing, EHLO: '250-next\r\n250 SMTPUTF8' })
  for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort()
  await writeFile(join(folder, 'headers'), '/^Subject: spam/ REJECT 5.7.1 it looks like spam\n')
  await makeCertificate('authority')
  const byAuthority = await makeCertificate('mail.example.com', 'authority')
  const byItself = await makeCertificate('itself.example.com')
  const settings = {
    default_transport: `smtp:[127.0.0.1]:${new URL(next.url).port}`,
    header_checks: `regexp:${join(folder, 'headers')}`,
    smtpd_helo_required: 'yes',
    smtpd_helo_restrictions: 'reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname',
    smtpd_sender_restrictions: 'reject_non_fqdn_sender',
    smtpd_recipient_restrictions:
      'reject_non_fqdn_recipient, check_recipient_access inline:{ { gone@example.com = 550 5.1.1 no such user } { full@example.com = 452 4.2.2 later } }',
  }
  postfix = await startPostfix(settings, [
    { host: '127.0.0.1', port: ports.strict, settings: { smtputf8_enable: 'no' } },
    { host: '127.0.0.1', port: ports.unicode, settings: { smtputf8_enable: 'yes' } },
    { host: address, port: ports.starttls, settings: { ...byAuthority, smtpd_tls_security_level: 'encrypt' } },
    { host: address, port: ports.tls, settings: { ...byItself, smtpd_tls_wrappermode: 'yes' } },
  ])
})
afterAll(async () => {
  await postfix?.stop()
  await next?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})
beforeEach((context) => {
  if (postfix === undefined) context.skip('there is no Postfix here, or no network but loopback')
})

/** Signed by an authority, or by itself. */
async function makeCertificate(name: string, authority?: string) {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
  const file = (ending: string) => join(folder, `${authority}.${ending}`)
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', certificate],
    ...(authority === undefined ? [] : ['-CA', file('pem'), '-CAkey', file('key')]),
  ])
  return { smtpd_tls_key_file: key, smtpd_tls_cert_file: certificate }
}

const deadlineMs = 20_000
const from = 'Team: Example (Bücher) <no-reply@bücher.example>'
const letter = { messageId: '<1@example.com>', subject: 's', text: 't', html: '<p>t</p>', language: 'en' }
const senderAt = (port: number, name?: string) =>
  smtpSender({ url: `smtp://127.0.0.1:${port}`, from, name, deadlineMs })

/** The message to that mailbox, once it is whole. */
async function arrived(mailbox: string): Promise<string> {
  await expect.poll(() => messageTo(mailbox), { timeout: 20_000, interval: 20 }).toBeDefined()
  return messageTo(mailbox) ?? ''
}

function messageTo(mailbox: string): string | undefined {
  const lines = next?.lines ?? []
  const asked = lines.findIndex((line) => line.startsWith(`RCPT TO:<${mailbox}>`))
  const [begin, end] = [lines.indexOf('DATA', asked), lines.indexOf('.', asked)]
  return asked >= 0 && begin >= 0 && end > begin ? lines.slice(begin + 1, end).join('\r\n') : undefined
}

describe('Postfix, which wants names by the rule', () => {
  test('without SMTPUTF8 takes a mail to and from a domain beyond ASCII, which arrives from the name as it is [FD30 FD31 FD33]', async () => {
    await senderAt(ports.strict).send({ ...letter, to: 'ada@bücher.example' })
    const message = await PostalMime.parse(await arrived('ada@xn--bcher-kva.example'))
    expect(message).toMatchObject({
      messageId: letter.messageId,
      from: { name: 'Team: Example (Bücher)', address: 'no-reply@xn--bcher-kva.example' },
    })
  })

  test('passes on what tells machines what a mail is, as it was sent', async () => {
    const config = loadConfig({ MAIL_FROM: from, FRONTEND_URL: 'https://app.example.com' })
    const content = sampleMails(config).find(({ name }) => name === 'password_reset')?.content as MailContent
    const language = openMessages({ defaultLocale: 'pt-BR' }).fallback
    const mail = renderMail(content, { language, brand: brandOf(config) })
    const messageId = messageIdOf('0190-1', from)
    const sentAt = Date.now()
    await senderAt(ports.strict).send({ ...mail, messageId, to: 'headers@example.com' })
    const { headers, subject } = await PostalMime.parse(await arrived('headers@example.com'))
    const valuesOf = (key: string) => headers.filter((one) => one.key === key).map(({ value }) => value)
    expect(valuesOf('message-id')).toEqual(['<0190-1@xn--bcher-kva.example>'])
    expect(valuesOf('auto-submitted')).toEqual(['auto-generated'])
    expect(valuesOf('content-language')).toEqual(['pt-BR'])
    expect(valuesOf('mime-version')).toEqual(['1.0'])
    const [date = '', ...dates] = valuesOf('date')
    expect(dates).toEqual([])
    expect(date).toMatch(/^\w{3}, \d{1,2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/)
    expect(Math.abs(Date.parse(date) - sentAt)).toBeLessThan(60_000)
    expect(subject).toBe(mail.subject)
    // Nobody can unsubscribe from what happens to the own account.
    for (const key of ['list-unsubscribe', 'list-unsubscribe-post', 'list-id', 'precedence', 'reply-to'])
      expect(valuesOf(key)).toEqual([])
  })

  test('without SMTPUTF8 is asked nothing for a recipient that it cannot be told of [FD30]', async () => {
    const refusal = { status: '5.6.7' }
    await expect(senderAt(ports.strict).send({ ...letter, to: 'jürgen@example.com' })).rejects.toMatchObject(refusal)
    await expect(senderAt(ports.strict).probe('jürgen@example.com')).rejects.toMatchObject(refusal)
    expect(await senderAt(ports.strict).verify()).toEqual({ takesUnicode: false })
  })

  test('with SMTPUTF8 takes that mail, too [FD30]', async () => {
    await senderAt(ports.unicode).send({ ...letter, to: 'jürgen@bücher.example' })
    expect(await arrived('jürgen@xn--bcher-kva.example')).toContain('To: jürgen@bücher.example')
    expect(await senderAt(ports.unicode).verify()).toEqual({ takesUnicode: true })
  })

  test('refuses a bare name, and says so to whoever goes as far as a recipient [FD31]', async () => {
    const words = /504 5\.5\.2 <vm>: Helo command rejected/
    await expect(senderAt(ports.strict, 'vm').verify()).rejects.toMatchObject({
      cause: { message: expect.stringMatching(words) },
    })
    for (const name of ['mail.example.com', '[192.0.2.1]', '[IPv6:2001:db8::1]'])
      await senderAt(ports.strict, name).verify()
  })

  test('refuses for good and for now, at the recipient and at the message [FD32]', async () => {
    const sender = senderAt(ports.strict)
    const refused = (mail: object) => sender.send({ ...letter, to: 'ada@example.com', ...mail }).catch((error) => error)
    expect(await refused({ to: 'gone@example.com' })).toMatchObject({ status: '550 5.1.1' })
    expect(await refused({ subject: 'spam' })).toMatchObject({ status: '550 5.7.1' })
    const later = await refused({ to: 'full@example.com' })
    expect(later).toMatchObject({ cause: { responseCode: 452 } })
    expect(later).not.toHaveProperty('status')
  })
})

describe('certificates that no public authority signed', () => {
  /** What a server of its own says of the mail servers: Node reads the variable as it starts. */
  async function tryServers(urls: readonly string[], extra: string): Promise<string[]> {
    const program = `
      import { smtpSender } from ${JSON.stringify(join(import.meta.dirname, '../../src/mail/smtp.ts'))}
      const found = await Promise.all(${JSON.stringify(urls)}.map((url) =>
        smtpSender({ url, from: 'no-reply@example.com', deadlineMs: ${deadlineMs} })
          .verify().then(() => 'fine', (error) => error.cause.message)))
      console.log(JSON.stringify(found))`
    const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: extra }
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env })
    return JSON.parse(stdout)
  }

  const starttls = (options: string) => `smtp://${address}:${ports.starttls}${options}`
  const tls = (options: string) => `smtps://${address}:${ports.tls}${options}`
  const ofMail = '?tls.servername=mail.example.com'
  const ofItself = '?tls.servername=itself.example.com'

  test('pass where NODE_EXTRA_CA_CERTS names them or their authority, for their name [FD34]', async () => {
    const trusted = join(folder, 'trusted.pem')
    const files = ['authority.pem', 'itself.example.com.pem'].map((name) => readFile(join(folder, name)))
    await writeFile(trusted, Buffer.concat(await Promise.all(files)))
    const urls = [starttls(ofMail), tls(ofItself), starttls(''), tls(ofMail)]
    const [authority, itself, ...misnamed] = await tryServers(urls, trusted)
    expect([authority, itself]).toEqual(['fine', 'fine'])
    for (const found of misnamed) expect(found).toMatch(/does not match certificate/)
  })

  test('do not pass otherwise, unless the URL says that any will do [FD34]', async () => {
    const any = '?tls.rejectUnauthorized=false'
    const [authority, itself, ...trusting] = await tryServers(
      [starttls(ofMail), tls(ofItself), starttls(any), tls(any)],
      '',
    )
    expect([authority, itself]).toEqual([
      expect.stringMatching(/certificate/),
      expect.stringMatching(/self-signed certificate/),
    ])
    expect(trusting).toEqual(['fine', 'fine'])
  })
})
