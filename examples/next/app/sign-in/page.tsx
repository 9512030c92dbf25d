// app/sign-in/page.tsx
'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useAction } from 'postern/react'
import { useState } from 'react'
import { auth } from '../../lib/auth'
import { explain } from '../../lib/sentences'
import { Form } from '../form'

export default function SignIn() {
  const router = useRouter()
  const [isMailed, setMailed] = useState(false)
  const [tempToken, setTempToken] = useState<string>()
  const enter = () => {
    router.replace('/account')
    router.refresh()
  }
  const signIn = useAction(auth.signIn, {
    sentence: explain,
    onSuccess: (data) => {
      if (data && 'temp_token' in data) setTempToken(data.temp_token)
      // A device that the account does not know: a link is mailed.
      else if (data) setMailed(true)
      else enter()
    },
  })
  const verify = useAction(auth.verifyTotp, { sentence: explain, onSuccess: enter })
  if (isMailed)
    return (
      <>
        <h1>Check your mail</h1>
        <p role="status">This browser is new to us. We have mailed you a link.</p>
      </>
    )
  if (tempToken !== undefined)
    return (
      <>
        <h1>Second step</h1>
        <Form
          action={verify}
          label="Continue"
          onSubmit={(value) => verify.run({ body: { temp_token: tempToken, code: value('code') } })}
        >
          <label>
            Code of your app, or a backup code <input name="code" autoComplete="one-time-code" required />
          </label>
        </Form>
      </>
    )
  return (
    <>
      <h1>Sign in</h1>
      <Form
        action={signIn}
        label="Sign in"
        onSubmit={(value) => signIn.run({ body: { email: value('email'), password: value('password') } })}
      >
        <label>
          Email <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" required />
        </label>
      </Form>
      <Link href="/sign-up">Sign up</Link>
    </>
  )
}
