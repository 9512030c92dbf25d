// app/account/page.tsx
import { redirect } from 'next/navigation'
import { currentSession, serverAuth } from '../../lib/server-auth'
import { SignOut } from './sign-out'

export default async function Account() {
  const session = await currentSession()
  // Each page looks for itself: what proxy.ts does is for speed.
  if (session === null) redirect('/sign-in')
  if (session === undefined) throw new Error('Postern cannot say who this is')
  const { data } = await (await serverAuth()).listSessions()
  return (
    <>
      <h1>Hello, {session.user.display_name}</h1>
      <p>Signed in as {session.user.email}</p>
      <h2>Where you are signed in</h2>
      <ul>
        {data?.sessions.map(({ management_id, user_agent, is_current }) => (
          <li key={management_id}>
            {user_agent} {is_current && <small>This browser</small>}
          </li>
        ))}
      </ul>
      <SignOut />
    </>
  )
}
