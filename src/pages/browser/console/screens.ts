import type { Screen } from './screen.ts'
import { invitations } from './screens/invitations.ts'
import { providers } from './screens/providers.ts'

/** The map of the console, in the order of its navigation. */
export const screens: readonly Screen[] = [invitations, providers]
