import type { DataOf } from 'postern/client'
import { go, type SignIn } from '../places.ts'

/** Where every way in goes on: a session is open, a code is asked for, or a link was mailed. */
export function goOn(outcome: DataOf<'POST', '/v0/auth/login'>, signIn?: SignIn): void {
  if (outcome === undefined) go('profile')
  else if ('temp_token' in outcome) go('second-step', outcome)
  else go('new-device', signIn ? { signIn } : {})
}
