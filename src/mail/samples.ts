import type { Config } from '../config/config.ts'
import { isWayIn } from '../credentials/methods.ts'
import { methodNames } from '../db/schema/columns.ts'
import { mailedLink } from '../mailed-tokens/link.ts'
import { sourceLanguage } from '../messages/language.ts'
import { type FieldsOf, type MailContent, type Template, templates } from './letters.ts'

/** A mail as it could be, by a name that a file can have. */
export type Sample = { readonly name: string; readonly content: MailContent }

/** At least one of each mail that says more than its own words: without one it does not compile. */
type Samples = {
  readonly [Name in Template as unknown extends FieldsOf<Name> ? never : Name]: readonly [
    FieldsOf<Name>,
    ...FieldsOf<Name>[],
  ]
}

/**
 * Every mail in every of its forms, for those who look at them or try them. Each text of the mails is in at least one
 * (test/mail/samples.test.ts).
 */
export function sampleMails(config: Config): readonly Sample[] {
  const samples: { readonly [Name in Template]?: readonly object[] } = samplesOf(config)
  return templates.flatMap((template) => {
    const forms = samples[template] ?? [{}]
    return forms.map((fields, index) => ({
      name: forms.length === 1 ? template : `${template}_${index + 1}`,
      content: { template, to, ...fields } as MailContent,
    }))
  })
}

const to = 'ada@example.com'
const handle = 'ada_lovelace'
const by = 'grace_hopper'
const moment = '2026-01-31T12:00:00.000Z'
/** As long as those that open something. */
const token = 'pot_SAMPLE-SAMPLE-SAMPLE-SAMPLE-SAMPLE-SAMPLE-S'
const digits = '123456'
const client = {
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ipAddress: '192.0.2.7',
}
const provider = 'Example ID'
const slug = 'example-id'
const asks = ['https://id.example.com']

function samplesOf(config: Config): Samples {
  const link = (page: Parameters<typeof mailedLink>[1]): string => mailedLink(config, page, token)
  const domain = new URL(config.frontendUrl).hostname
  const code = { digits, domain }
  const signIn = { link: link('email-sign-in'), minutes: 15, ...client }
  const device = { link: link('verify-device'), ...client }
  const signUp = { handle, link: link('verify-email'), signedUpAt: moment }
  const registered = { provider: slug, by, asks }
  const moved = { provider: slug, by, isBack: false }
  const issuer = { what: 'issuer', was: 'https://old.example.com', is: 'https://id.example.com' }
  return {
    account_deletion: [{ link: link('confirm-deletion') }],
    admin_way_in: [
      { handle, what: 'connection', provider },
      { handle, what: 'password' },
      ...(['passkey', 'totp'] as const).flatMap((what) => [
        { handle, what, countsAtOnce: true },
        { handle, what, countsAtOnce: false },
      ]),
    ],
    email_change: [{ link: link('confirm-email-change') }],
    email_changed_old: [{ link: link('undo-email-change') }],
    sign_in_code: [
      { isNew: false, ...code, ...signIn },
      { isNew: false, ...signIn },
      { isNew: true, ...code, ...signIn },
      { isNew: true, ...signIn },
    ],
    role_granted: [
      { role: 'admin', handle },
      { role: 'admin', handle, by },
      { role: 'mod', handle, by, until: moment },
    ],
    impersonation_started: [
      { readOnly: true, reason: 'A ticket says that the picture does not show.', until: moment },
      { readOnly: false, reason: 'A ticket asks for another handle.', until: moment },
    ],
    invitation: [
      { link: link('accept-invitation'), until: moment },
      { link: link('accept-invitation'), until: moment, by, message: 'Come and see.' },
    ],
    oauth_linked: [{ provider }],
    oauth_unlinked: [{ provider }],
    provider_registered: [
      { ...registered, emailVerification: 'claim' },
      { ...registered, emailVerification: 'trusted' },
      { ...registered, emailVerification: 'mail' },
    ],
    provider_deleted: [{ provider: slug, by, asks, accounts: 1200, withoutOtherWay: 1 }],
    provider_moved: [
      { ...moved, changes: [issuer], accounts: 1200 },
      { ...moved, changes: [issuer], accounts: 1200, isBack: true },
      { ...moved, changes: [{ what: 'email_verified_claim', was: null, is: 'email_verified' }] },
    ],
    provider_move_confirmed: [{ provider: slug, accounts: 1200 }],
    passkey_added: [{ name: 'My phone' }],
    passkey_clone_suspected: [{ name: 'My phone' }],
    passkey_deleted: [{ name: 'My phone' }],
    passkeys_deleted: [{ count: 3 }],
    password_reset: [{ link: link('reset-password') }],
    first_password: [{ link: link('reset-password') }],
    no_password_notice: [{ providers: [provider, 'GitHub'] }, {}],
    password_was_reset: [{}, { passkeys: 2, providers: [provider, 'GitHub'] }],
    device_link: [
      { ...device, shown: { methods: ['password'] } },
      { ...device, ...code, shown: { methods: ['password'] } },
      { ...client, ...code, shown: { methods: ['oauth'], provider } },
      device,
    ],
    new_device: [
      { shown: { methods: ['password', 'totp'] }, ...client },
      { shown: { methods: ['oauth', 'backup_code'], provider }, ...client },
      { shown: { methods: ['oauth', 'passkey'] }, ...client },
      { shown: { methods: ['mail', 'totp'] } },
      ...methodNames.filter(isWayIn).map((method) => ({ shown: { methods: [method] }, ...client })),
    ],
    taken_back: [
      {
        link: link('reset-password'),
        by: 'owner',
        since: moment,
        removed: everythingRemoved(),
      },
      { link: link('reset-password'), by: 'operator', since: moment, removed: [] },
    ],
    verify_email: [{ ...signUp, ...code }, signUp, { ...signUp, provider }],
    backup_code_used: [{ left: 3 }],
  }
}

type Removed = FieldsOf<'taken_back'>['removed'][number]

/** Each kind, by the texts that name them; one of it or two, which languages put differently. */
function everythingRemoved(): Removed[] {
  const prefix = 'mail.removed.'
  const keys = Object.keys(sourceLanguage().texts).filter((key) => key.startsWith(prefix))
  return keys.map((key, index) => ({ what: key.slice(prefix.length), provider, count: 1 + (index % 2) }) as Removed)
}
