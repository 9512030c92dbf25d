import type { PasskeyAnswer } from 'postern/client/passkeys'
import { form } from './form.ts'
import { text } from './language.ts'
import type { Code } from './sentences.ts'
import { say } from './status.ts'

/** Long enough for most mails to arrive. */
const usualRestSeconds = 30

type Mail<Data, Refusal extends Code> = {
  readonly send: () => Promise<PasskeyAnswer<Data, Refusal>>
  /** What is said once another is on its way. */
  readonly said: string
  /** Instead of saying it, where the answer may lead on. */
  readonly done?: (data: Data) => boolean
  /** One was sent just now. */
  readonly isFresh?: boolean
  readonly submit?: string
  readonly restSeconds?: number
}

/** Wherever a mail is awaited: sends it once more, after a wait that the button counts down. */
export const resend = <Data, Refusal extends Code>({
  send,
  said,
  done = () => false,
  isFresh = true,
  submit = text('mailed.resend_link'),
  restSeconds = usualRestSeconds,
}: Mail<Data, Refusal>): HTMLFormElement =>
  form({
    submit,
    kind: 'quiet',
    send,
    rest: { seconds: restSeconds, isFirst: isFresh },
    done: (data) => {
      if (!done(data)) say(said)
    },
  })
