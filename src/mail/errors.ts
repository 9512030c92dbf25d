import type { ErrorTable } from '../errors/table.ts'

export const workerErrors = {
  'worker:connection_failed': {
    status: 503,
    title: 'Worker connection failed',
    description:
      'the mail worker cannot be reached within the deadline, for any mail that a request waits for; what ' +
      'caused the mail is kept and the mail delivered later',
    meaning: 'The mail that this request waits for has not gone out yet; it is kept and goes out later.',
    advice:
      'Say that the mail may take a while. Do not repeat the request at once: a newer mail voids the link of ' +
      'the older one.',
  },
  'worker:response_invalid': {
    status: 502,
    title: 'Invalid worker response',
    description: 'the mail worker answers outside its protocol, for any mail that a request waits for',
    meaning: 'Server and mail worker do not understand each other, as with two versions at once; the mail is kept.',
    advice:
      'Say that the mail may take a while. If it stays, it is for the operator: same version and WORKER_SECRET ' +
      'on both sides.',
  },
  'worker:verification_email_send_failed': {
    status: 502,
    title: 'Verification email send failed',
    description:
      'the mail worker could not hand over a mail that a request waits for: sign-up (the mail to a registered ' +
      "address's owner as well), resend, the device link of a login, change-email's link, the deletion link " +
      '(forgot-password has its own code); other notices never fail a request',
    meaning:
      'The mail server did not take the mail; what it is about is kept, and the mail is tried again unless the ' +
      'mail server refused it for good.',
    advice:
      'Say that the mail may take a while and let the user check the address; offer to ask for it again after ' +
      'some minutes.',
  },
  'worker:password_reset_email_send_failed': {
    status: 502,
    title: 'Password reset email send failed',
    description:
      'the mail worker could not hand the mail to SMTP, the one without a link included; the answer is the ' +
      'same for an unknown address',
    meaning:
      'The mail server did not take the mail with the reset link. This says nothing on whether there is an account.',
    advice: 'Say that the mail may take a while; offer to ask again after some minutes.',
  },
} as const satisfies ErrorTable<'worker'>
