import { randomUUIDv7 } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterEach, expect, test, vi } from 'vitest'
import { type Inbox, openInbox } from '../../src/mail/inbox.ts'
import { useFolder } from '../support/folder.ts'

// What the inbox keeps, and how much of it.

const folders = useFolder('inbox')
let inbox: Inbox | undefined
afterEach(() => inbox?.close())

async function open(folder: string): Promise<Inbox> {
  await inbox?.close()
  inbox = await openInbox({ folder })
  return inbox
}

const send = ({ smtpUrl }: Inbox, subject: string, to: string | string[] = 'ada@example.com') =>
  createTransport(smtpUrl).sendMail({
    from: 'postern@localhost',
    to,
    subject,
    text: `text of ${subject}`,
    html: '<p>x',
  })

/** Its first 48 bits are the time: RFC 9562 section 5.7. */
function idAt(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}${randomUUIDv7().slice(13)}`
}

const subjects = ({ list }: Inbox) => list().map(({ subject }) => subject)

test('mails are there after a restart, each copy with its envelope, what is read as read', async () => {
  const folder = join(folders, 'restart')
  const first = await open(folder)
  await send(first, 'one', ['linus@example.com', 'grace@example.com'])
  await send(first, 'two')
  const before = first.list()
  await first.markRead([before[0]?.id ?? ''])
  const second = await open(folder)
  // The time that an id holds may be later by a moment.
  const withoutTime = ({ list }: Inbox) => list().map(({ receivedAt: _, ...mail }) => mail)
  expect(withoutTime(second)).toEqual(withoutTime(first))
  expect(second.list().map(({ subject, to, isRead }) => [subject, to, isRead])).toEqual([
    ['two', 'ada@example.com', true],
    ...before.slice(1).map(({ to }) => ['one', to, false]),
  ])
  await second.delete([before[1]?.id ?? ''])
  expect(subjects(await open(folder))).toEqual(['two', 'one'])
  await inbox?.delete([])
  expect(subjects(await open(folder))).toEqual([])
  expect(['tmp', 'new', 'cur'].flatMap((name) => readdirSync(join(folder, name)))).toEqual([])
})

test('it is a Maildir for its owner alone', async () => {
  const folder = join(folders, 'maildir')
  const own = await open(folder)
  await send(own, 'one')
  const [mail] = own.list()
  const file = join(folder, 'new', mail?.id ?? '')
  expect(readFileSync(file, 'utf8')).toBe(
    `Return-Path: <postern@localhost>\r\nDelivered-To: ada@example.com\r\n${mail?.raw.toString('utf8')}`,
  )
  expect([folder, join(folder, 'new'), file].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700, 0o600])
  await own.markRead([])
  expect(readdirSync(join(folder, 'cur'))).toEqual([`${mail?.id}:2,S`])
  // Another program may have been first.
  await send(own, 'two')
  rmSync(join(folder, 'new', own.list()[0]?.id ?? ''))
  await own.markRead([])
  await own.delete([])
  expect(readdirSync(join(folder, 'new'))).toEqual([])
})

test('it keeps the newest 500, and 32 MiB of them, in memory and on disk', async () => {
  const folder = join(folders, 'bounds')
  mkdirSync(join(folder, 'new'), { recursive: true })
  // Of one millisecond none is the newest.
  let moment = Date.now() - 10_000
  const put = (subject: string, bytes = 0) =>
    writeFileSync(join(folder, 'new', idAt(moment++)), `Subject: ${subject}\r\n\r\n${'x'.repeat(bytes)}`)
  for (let n = 0; n < 510; n++) put(String(n))
  // Of others, which are nobody's mail here.
  writeFileSync(join(folder, 'new', 'notes.txt'), 'mine')
  const first = await open(folder)
  expect(first.list()).toHaveLength(500)
  expect(subjects(first)).not.toContain('0')
  await send(first, 'newest')
  expect([first.list().length, subjects(first)[0]]).toEqual([500, 'newest'])
  expect(readdirSync(join(folder, 'new'))).toHaveLength(501)
  await first.delete([])
  for (let n = 0; n < 35; n++) put(`large ${n}`, 1_000_000)
  const second = await open(folder)
  expect([second.list().length, subjects(second)[0]]).toEqual([33, 'large 34'])
  expect(readdirSync(join(folder, 'new'))).toHaveLength(34)
})

test('who listens is told of every change until it stops', async () => {
  const own = await open(join(folders, 'listens'))
  const hear = vi.fn()
  const leave = own.subscribe(hear)
  await send(own, 'one')
  await own.markRead([])
  await own.delete([])
  expect(hear).toHaveBeenCalledTimes(3)
  leave()
  await send(own, 'two')
  expect(hear).toHaveBeenCalledTimes(3)
})

test('two copies of one mail at the same moment are one mail', async () => {
  const own = await open(join(folders, 'same'))
  const mail = { from: 'postern@localhost', to: 'ada@example.com', messageId: '<same@localhost>', text: 'x' }
  await Promise.all([1, 2, 3, 4].map(() => createTransport(own.smtpUrl).sendMail(mail)))
  expect(own.list()).toHaveLength(1)
})
