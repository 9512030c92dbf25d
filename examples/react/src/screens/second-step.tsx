// src/screens/second-step.tsx
import { useAction, useSession } from 'postern/react'
import { auth } from '../auth'
import { Field, Form } from '../form'
import { go, Link } from '../router'
import { explain } from '../sentences'

/** After the password, where the account has two-step sign-in. */
export function SecondStep() {
  const { refresh } = useSession()
  const verify = useAction(auth.verifyTotp, {
    sentence: explain,
    onSuccess: async () => {
      await refresh()
      go('/account')
    },
  })
  return (
    <>
      <h1>Second step</h1>
      <Form
        action={verify}
        label="Continue"
        onSubmit={(value) => verify.run({ body: { temp_token: String(history.state), code: value('code') } })}
      >
        <Field label="Code of your app, or a backup code" name="code" autoComplete="one-time-code" />
      </Form>
      <p>
        <Link to="/sign-in">Back</Link>
      </p>
    </>
  )
}
