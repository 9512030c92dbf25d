import { useAction } from 'postern/react'
import { auth } from '../auth'
import { Field, Form } from '../form'
import { go } from '../router'
import { explain } from '../sentences'

export function ForgotPassword() {
  const forgot = useAction(auth.forgotPassword, { sentence: explain, onSuccess: () => go('/check-mail') })
  return (
    <>
      <h1>Forgot your password?</h1>
      <Form
        action={forgot}
        label="Mail me a link"
        onSubmit={(value) => forgot.run({ body: { email: value('email') } })}
      >
        <Field label="Email" name="email" type="email" autoComplete="username" problem={forgot.fieldErrors.email} />
      </Form>
    </>
  )
}

export function ResetPassword() {
  const reset = useAction(auth.resetPassword, { sentence: explain, onSuccess: () => go('/sign-in') })
  const token = new URLSearchParams(location.search).get('token') ?? ''
  return (
    <>
      <h1>A new password</h1>
      <Form
        action={reset}
        label="Save"
        onSubmit={(value) => reset.run({ body: { token, new_password: value('password') } })}
      >
        <Field
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          problem={reset.fieldErrors.new_password}
        />
      </Form>
    </>
  )
}
