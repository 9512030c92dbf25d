import { describe, expect, test } from 'vitest'
import { saysTooMany } from '../../src/mail/too-many.ts'

const refused = (command: string, response: string, wasGreeted = true) =>
  saysTooMany({ error: Object.assign(new Error(response), { command, response }), wasGreeted })

describe('what a mail server says of its connections [AT1]', () => {
  test.each([
    ['CONN', '421 4.7.0 Too many connections', false],
    ['CONN', '554 5.7.1 Too many concurrent sessions from your address', false],
    ['EHLO', '421 4.4.5 Server busy', false],
    ['MAIL FROM', '450 4.7.1 Error: too many concurrent sessions', true],
    ['RCPT TO', '421 4.7.0 Try again later', true],
    ['RCPT TO', '451 4.4.5 Server busy, try again later', true],
  ])('%s: %s', (command, response, wasGreeted) => {
    expect(refused(command, response, wasGreeted)).toBe(true)
  })

  /** A stranger chooses the address, and what its own server says. */
  test.each([
    ['RCPT TO', '550 5.1.2 <busy@nowhere.example>: Recipient address rejected: Domain not found'],
    ['RCPT TO', '450 4.1.2 <simultaneous@concurrent.example>: Recipient address rejected'],
    ['RCPT TO', '450 4.2.0 busy: the server of the recipient said: 421 too many connections'],
    ['RCPT TO', '550 5.1.1 the server of the recipient said: 451 4.4.5 busy'],
    ['MAIL FROM', '553 5.1.8 <busy@example.com>: Sender address rejected'],
    ['MAIL FROM', '421 4.3.2 Server shutting down'],
    ['DATA', '451 4.4.5 Server busy'],
  ])('%s: %s is about something else', (command, response) => {
    expect(refused(command, response)).toBe(false)
  })
})
