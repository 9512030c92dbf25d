import { api } from '../api.ts'
import { element } from '../elements.ts'
import { text, wordFor } from '../language.ts'
import { list } from '../list.ts'
import { mailColumns, ownerColumn, retryMail } from '../mail-rows.ts'
import type { Screen } from '../screen.ts'

const states = ['waiting', 'failed'] as const

export const mails: Screen = {
  name: 'mails',
  title: 'mails.title',
  least: 'admin',
  show: (place) =>
    list({
      place,
      caption: text('mails.title'),
      filters: [
        {
          name: 'state',
          label: text('users.status'),
          options: states.map((state) => ({ value: state, word: wordFor('mail_state', state) })),
        },
      ],
      columns: [
        ...mailColumns(),
        ownerColumn(),
        {
          title: text('list.acts'),
          cell: (mail) => mail.state === 'waits' && element('div', { class: 'acts' }, retryMail(mail)),
        },
      ],
      load: ({ state, ...page }) =>
        api.GET('/v0/admin/mails', {
          params: { query: { ...page, state: state === 'failed' ? 'failed' : 'waiting' } },
        }),
    }),
}
