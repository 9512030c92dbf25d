// app/account/sign-out.tsx
'use client'

import { useRouter } from 'next/navigation'
import { useAction } from 'postern/react'
import { auth } from '../../lib/auth'
import { explain } from '../../lib/sentences'
import { Form } from '../form'

export function SignOut() {
  const router = useRouter()
  const signOut = useAction(auth.signOut, {
    sentence: explain,
    onSuccess: () => {
      router.replace('/sign-in')
      router.refresh()
    },
  })
  return <Form action={signOut} label="Sign out" onSubmit={() => signOut.run()} />
}
