import { randomUUID } from 'node:crypto'
import type { FuzzedServer } from './fuzzed-server.ts'
import type { Ledger } from './ledger.ts'
import { Choices } from './life/choices.ts'
import { Life, type Member } from './life/life.ts'
import { login, verifyDevice } from './life/login-acts.ts'
import { signUp, verifyEmail } from './life/sign-up-acts.ts'

/** Somebody with an account and a live session; an administrator where asked. */
export async function makeMember(server: FuzzedServer, ledger: Ledger, role?: 'admin'): Promise<Member> {
  const life = new Life({ server, ledger, administrator: { id: randomUUID(), token: '' } })
  for (const act of [signUp, verifyEmail]) await act(life, new Choices([]))
  const id = life.state.accounts[0]?.id ?? ''
  if (role) await server.database.query('insert into user_roles (user_id, role) values ($1, $2)', [id, role])
  // The first session is remembered as one without a role.
  for (const act of [login, verifyDevice]) await act(life, new Choices([]))
  // As after a sign-in with a code; and fresh, however long the fuzzing takes.
  const shown = "methods = '{password,totp}', authenticated_at = now() + interval '1 day'"
  if (role) await server.database.query(`update sessions set ${shown} where user_id = $1`, [id])
  return { id, token: life.state.sessions.at(-1)?.token ?? '' }
}
