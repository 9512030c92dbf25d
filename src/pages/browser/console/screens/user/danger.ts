import { ban, unban } from '../../account-acts.ts'
import { deleteAccount, resetSecondFactor } from '../../account-repairs.ts'
import { element, section } from '../../elements.ts'
import { text } from '../../language.ts'
import type { Tab } from './tab.ts'

/** What an account does not get over easily. */
export const danger: Tab = {
  name: 'danger',
  title: 'user.danger',
  least: 'admin',
  show: (user) => {
    const ends = user.ban === undefined ? ban(user) : unban(user)
    return [
      section(
        text('user.danger'),
        element('div', { class: 'acts' }, ends, resetSecondFactor(user), deleteAccount(user)),
      ),
    ]
  },
}
