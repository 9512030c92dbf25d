// src/screens/mailed-link.tsx
import type { InitOf } from 'postern/client'
import { useAction, useSession } from 'postern/react'
import { auth } from '../auth'
import { Form } from '../form'
import { go } from '../router'
import { explain } from '../sentences'

/** What a mailed link opens. Programs that check mail open links as well, so that only the button uses it up. */
export function MailedLink({ verify }: { readonly verify: 'verifyEmail' | 'verifyDevice' }) {
  const { refresh } = useSession()
  const action = useAction((init: InitOf<'verifyEmail'>) => auth[verify](init), {
    sentence: explain,
    onSuccess: async () => {
      await refresh()
      go('/account')
    },
  })
  const token = new URLSearchParams(location.search).get('token') ?? ''
  return (
    <>
      <h1>Almost there</h1>
      <Form action={action} label="Continue" onSubmit={() => action.run({ body: { token } })} />
    </>
  )
}

export const CheckMail = () => (
  <>
    <h1>Check your mail</h1>
    <p role="status">We have mailed you a link. Please open it in this browser.</p>
  </>
)
