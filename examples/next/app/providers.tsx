// app/providers.tsx
'use client'

import { type Session, SessionProvider } from 'postern/react'
import type { ReactNode } from 'react'
import { auth } from '../lib/auth'

type ProvidersProps = { readonly initial: Session | null | undefined; readonly children: ReactNode }

export const Providers = ({ initial, children }: ProvidersProps) => (
  <SessionProvider auth={auth} initial={initial}>
    {children}
  </SessionProvider>
)
