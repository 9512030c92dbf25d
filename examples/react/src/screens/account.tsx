// src/screens/account.tsx
import { type Session, useAction, useSession } from 'postern/react'
import { auth } from '../auth'
import { Form } from '../form'
import { go } from '../router'
import { explain } from '../sentences'
import { Sessions } from './sessions'
import { TwoStep } from './two-step'

export function Account({ session: { user } }: { readonly session: Session }) {
  const { refresh } = useSession()
  const signOut = useAction(auth.signOut, {
    sentence: explain,
    onSuccess: async () => {
      await refresh()
      go('/sign-in')
    },
  })
  return (
    <>
      <h1>Hello, {user.display_name}</h1>
      <p>Signed in as {user.email}</p>
      <Sessions />
      <TwoStep isOn={user.totp_enabled} />
      <Form action={signOut} label="Sign out" onSubmit={() => signOut.run()} />
    </>
  )
}
