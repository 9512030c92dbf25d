// src/screens/sign-up.tsx
import { useAction } from 'postern/react'
import { auth } from '../auth'
import { Field, Form } from '../form'
import { go, Link } from '../router'
import { explain } from '../sentences'

export function SignUp() {
  const signUp = useAction(auth.signUp, { sentence: explain, onSuccess: () => go('/check-mail') })
  const { email, handle, display_name, password } = signUp.fieldErrors
  return (
    <>
      <h1>Sign up</h1>
      <Form
        action={signUp}
        label="Sign up"
        onSubmit={(value) =>
          signUp.run({
            body: {
              email: value('email'),
              handle: value('handle'),
              display_name: value('display_name'),
              password: value('password'),
            },
          })
        }
      >
        <Field label="Email" name="email" type="email" autoComplete="email" problem={email} />
        <Field label="Handle" name="handle" autoComplete="nickname" problem={handle} />
        <Field label="Name" name="display_name" autoComplete="name" problem={display_name} />
        <Field label="Password" name="password" type="password" autoComplete="new-password" problem={password} />
      </Form>
      <p>
        <Link to="/sign-in">Sign in</Link>
      </p>
    </>
  )
}
