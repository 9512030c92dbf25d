// src/main.tsx
import { SessionProvider, useSession } from 'postern/react'
import { type ReactNode, StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { auth } from './auth'
import { go, usePath } from './router'
import { Account } from './screens/account'
import { CheckMail, MailedLink } from './screens/mailed-link'
import { ForgotPassword, ResetPassword } from './screens/password'
import { SecondStep } from './screens/second-step'
import { SignIn } from './screens/sign-in'
import { SignUp } from './screens/sign-up'

/** Those under `/account/` are what mailed links lead to. */
const screens: Readonly<Record<string, ReactNode>> = {
  '/sign-up': <SignUp />,
  '/sign-in': <SignIn />,
  '/second-step': <SecondStep />,
  '/check-mail': <CheckMail />,
  '/forgot-password': <ForgotPassword />,
  '/account/verify-email': <MailedLink verify="verifyEmail" />,
  '/account/verify-device': <MailedLink verify="verifyDevice" />,
  '/account/reset-password': <ResetPassword />,
}

function App() {
  const path = usePath()
  const { status, session } = useSession()
  const screen = screens[path]
  const isLost = !screen && status === 'guest'
  useEffect(() => {
    if (isLost) go('/sign-in')
  }, [isLost])
  if (screen) return screen
  if (status === 'signed-in') return <Account session={session} />
  return status === 'failed' ? <p role="alert">We cannot tell who you are just now. Please reload the page.</p> : null
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <SessionProvider auth={auth}>
      <App />
    </SessionProvider>
  </StrictMode>,
)
