import { later } from '../../later.ts'
import { diagnose } from '../trouble.ts'
import type { Tab } from './tab.ts'

/** Why its owner cannot sign in. */
export const trouble: Tab = {
  name: 'trouble',
  title: 'trouble.title',
  least: 'admin',
  show: ({ id }) => [later(diagnose({ user_id: id }))],
}
