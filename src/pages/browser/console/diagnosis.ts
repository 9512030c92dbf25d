import type { DataOf } from '../../../client/client.ts'
import { type Target, unban } from './account-acts.ts'
import { resetSecondFactor, sendPasswordLink } from './account-repairs.ts'
import { badge, type Child, element, paragraph, section, theirs, verbatim } from './elements.ts'
import { facts } from './facts.ts'
import { moment, number, text, wordFor } from './language.ts'
import { mailColumns, retryMail } from './mail-rows.ts'
import { programOf } from './program-of.ts'
import { refusedColumns } from './refused.ts'
import { rowsOf } from './rows.ts'
import { invite } from './screens/invitations.ts'

type Diagnosis = DataOf<'GET', '/v0/admin/diagnosis'>
type Account = NonNullable<Diagnosis['account']>
type Reason = Diagnosis['reasons'][number]
type Help = Reason['acts'][number]

/** Why somebody cannot sign in: the reasons, what helps, and below them all that they follow from. */
export const showDiagnosis = (found: Diagnosis): readonly Node[] => [
  section(text('trouble.found'), ...reasons(found), helps(found)),
  ...(found.sign_up ? [section(text('status.waiting'), aboutSignUp(found.sign_up))] : []),
  ...(found.account ? [section(text('user.account'), aboutAccount(found.account))] : []),
  section(text('mails.title'), rowsOf({ caption: text('mails.title'), columns: mailColumns() }, found.mails)),
  section(
    text('trouble.refused'),
    rowsOf({ caption: text('trouble.refused'), columns: refusedColumns() }, found.refusals),
  ),
]

const reasons = ({ reasons: found }: Diagnosis): readonly Node[] =>
  found.length === 0
    ? [paragraph(text('trouble.nothing'))]
    : [element('ul', { class: 'reasons' }, ...found.map((one) => element('li', {}, ...describe(one))))]

/** A word in the operator's language; the sentence has the particulars, and is the server's. */
const describe = ({ name, says, until, code }: Reason): readonly Child[] => [
  badge(wordFor('reason', name), 'fair'),
  ' ',
  element('span', { lang: 'en', dir: 'ltr' }, says),
  until !== undefined && element('span', { class: 'under' }, `${text('user.ban_until')} ${moment(until)}`),
  code !== undefined && element('span', { class: 'under' }, verbatim(code)),
]

/** The acts that help, each as a button where the console has it, else in words. */
function helps(found: Diagnosis): HTMLElement | undefined {
  const wanted = [...new Set(found.reasons.flatMap(({ acts }) => acts))]
  if (wanted.length === 0) return undefined
  const shown = wanted.map(
    (help) => buttons[help]?.(found) ?? element('span', { class: 'soft' }, wordFor('help', help)),
  )
  return element('div', {}, element('h3', {}, text('trouble.helps')), element('div', { class: 'acts' }, ...shown))
}

const forAccount =
  (button: (target: Target) => HTMLElement) =>
  ({ account }: Diagnosis): HTMLElement | undefined =>
    account && button(account)

const buttons: Readonly<Partial<Record<Help, (found: Diagnosis) => HTMLElement | undefined>>> = {
  unban: forAccount(unban),
  'send-password-link': forAccount(sendPasswordLink),
  'reset-second-factor': forAccount(resetSecondFactor),
  invite: ({ email }) => invite(email),
  'retry-mail': ({ mails }) => {
    const waiting = mails.find(({ state }) => state === 'waits')
    return waiting && retryMail(waiting)
  },
}

type SignUp = NonNullable<Diagnosis['sign_up']>

const aboutSignUp = ({ email, handle, created_at, expires_at }: SignUp): HTMLElement =>
  facts(
    [text('users.email'), theirs(email)],
    [text('user.handle'), theirs(`@${handle}`)],
    [text('users.created'), moment(created_at)],
    [text('invitations.until'), moment(expires_at)],
  )

const aboutAccount = (account: Account): HTMLElement =>
  facts(
    [text('users.email'), theirs(account.email)],
    [text('users.created'), moment(account.created_at)],
    [text('factor.password'), text(account.has_password ? 'word.yes' : 'word.no')],
    [text('user.factors'), account.factors.map(({ name, since }) => line(wordFor('factor', name), since))],
    [
      text('factor.passkey'),
      account.passkeys.map(({ name, works, last_used_at, created_at }) =>
        line(name, last_used_at ?? created_at, works ? undefined : text('word.dead')),
      ),
    ],
    [
      text('user.connections'),
      account.connections.map(({ provider, works }) =>
        line(provider, undefined, works ? undefined : text('word.dead')),
      ),
    ],
    [text('user.sessions'), number(account.sessions)],
    [
      text('user.devices'),
      account.devices.map(({ user_agent, last_seen_at }) => line(programOf(user_agent), last_seen_at)),
    ],
  )

const line = (what: string, when?: string, mark?: string): HTMLElement =>
  element(
    'div',
    {},
    theirs(what),
    when !== undefined && element('span', { class: 'soft' }, ` · ${moment(when)}`),
    mark !== undefined && ' ',
    mark !== undefined && badge(mark, 'bad'),
  )
