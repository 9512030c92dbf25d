// src/screens/sign-in.tsx
import { useAction, useSession } from 'postern/react'
import { auth } from '../auth'
import { Field, Form } from '../form'
import { go, Link } from '../router'
import { explain } from '../sentences'

export function SignIn() {
  const { refresh } = useSession()
  const signIn = useAction(auth.signIn, {
    sentence: explain,
    onSuccess: async (data) => {
      if (data && 'temp_token' in data) return go('/second-step', data.temp_token)
      // A device that the account does not know: a link is mailed.
      if (data) return go('/check-mail')
      await refresh()
      go('/account')
    },
  })
  const { email, password } = signIn.fieldErrors
  return (
    <>
      <h1>Sign in</h1>
      <Form
        action={signIn}
        label="Sign in"
        onSubmit={(value) => signIn.run({ body: { email: value('email'), password: value('password') } })}
      >
        <Field label="Email" name="email" type="email" autoComplete="username" problem={email} />
        <Field label="Password" name="password" type="password" autoComplete="current-password" problem={password} />
      </Form>
      <p>
        <Link to="/forgot-password">Forgot your password?</Link> <Link to="/sign-up">Sign up</Link>
      </p>
    </>
  )
}
