import type { ErrorTable } from '../errors/table.ts'

export const workerErrors = {
  'worker:connection_failed': {
    status: 503,
    title: 'Worker connection failed',
    description:
      'the mail worker cannot be reached within the deadline, for any mail that a request waits for; what caused the mail is kept and the mail delivered later',
  },
  'worker:response_invalid': {
    status: 502,
    title: 'Invalid worker response',
    description: 'the mail worker answers outside its protocol, for any mail that a request waits for',
  },
  'worker:verification_email_send_failed': {
    status: 502,
    title: 'Verification email send failed',
    description:
      "the mail worker could not hand over a mail that a request waits for: sign-up (the mail to a registered address's owner as well), resend, the device link of a login, change-email's link, the deletion link (forgot-password has its own code); other notices never fail a request",
  },
  'worker:password_reset_email_send_failed': {
    status: 502,
    title: 'Password reset email send failed',
    description:
      'the mail worker could not hand the mail to SMTP, the one without a link included; the answer is the same for an unknown address',
  },
} as const satisfies ErrorTable<'worker'>
