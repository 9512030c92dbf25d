import type { Screen } from './screen.ts'
import { audit } from './screens/audit.ts'
import { doctor } from './screens/doctor.ts'
import { errors } from './screens/errors.ts'
import { invitations } from './screens/invitations.ts'
import { mails } from './screens/mails.ts'
import { overview } from './screens/overview.ts'
import { providers } from './screens/providers.ts'
import { settings } from './screens/settings.ts'
import { trouble } from './screens/trouble.ts'
import { user } from './screens/user.ts'
import { users } from './screens/users.ts'

/** The map of the console, in the order of its navigation. */
export const screens: readonly Screen[] = [
  overview,
  users,
  user,
  trouble,
  errors,
  audit,
  invitations,
  mails,
  providers,
  settings,
  doctor,
]
