// app/sign-up/page.tsx
'use client'

import Link from 'next/link'
import { useAction } from 'postern/react'
import { useState } from 'react'
import { auth } from '../../lib/auth'
import { explain } from '../../lib/sentences'
import { Form } from '../form'

export default function SignUp() {
  const [isDone, setDone] = useState(false)
  const signUp = useAction(auth.signUp, { sentence: explain, onSuccess: () => setDone(true) })
  if (isDone)
    return (
      <>
        <h1>Check your mail</h1>
        <p role="status">We have mailed you a link. Please open it in this browser.</p>
      </>
    )
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
              display_name: value('name'),
              password: value('password'),
            },
          })
        }
      >
        <label>
          Email <input name="email" type="email" autoComplete="email" required />
        </label>
        <label>
          Handle <input name="handle" autoComplete="nickname" required />
        </label>
        <label>
          Name <input name="name" autoComplete="name" required />
        </label>
        <label>
          Password <input name="password" type="password" autoComplete="new-password" minLength={12} required />
        </label>
      </Form>
      <Link href="/sign-in">Sign in</Link>
    </>
  )
}
