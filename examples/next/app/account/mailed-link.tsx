// app/account/mailed-link.tsx
'use client'

import { useRouter } from 'next/navigation'
import type { InitOf } from 'postern/client'
import { useAction } from 'postern/react'
import { auth } from '../../lib/auth'
import { explain } from '../../lib/sentences'
import { Form } from '../form'

/** Programs that check mail open links as well, so that only the button uses it up. */
export function MailedLink({ verify }: { readonly verify: 'verifyEmail' | 'verifyDevice' }) {
  const router = useRouter()
  const action = useAction((init: InitOf<'verifyEmail'>) => auth[verify](init), {
    sentence: explain,
    onSuccess: () => {
      router.replace('/account')
      router.refresh()
    },
  })
  const submit = () => action.run({ body: { token: new URLSearchParams(location.search).get('token') ?? '' } })
  return (
    <>
      <h1>Almost there</h1>
      <Form action={action} label="Continue" onSubmit={submit} />
    </>
  )
}
